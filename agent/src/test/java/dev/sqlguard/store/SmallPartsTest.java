package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallPartsTest {
  @Test
  void sizesAreForPeople() {
    assertEquals("0 bytes", Sizes.text(0));
    assertEquals("999 bytes", Sizes.text(999));
    assertEquals("1.0 kB", Sizes.text(1000));
    assertEquals("4.1 kB", Sizes.text(4196));
    assertEquals("189 MB", Sizes.text(189_012_345));
    assertEquals("2.0 GB", Sizes.text(2_070_000_000L));
    assertEquals("9223372 TB", Sizes.text(Long.MAX_VALUE));
  }

  /** A channel closes for a flag that was set before, too. */
  @Test
  void anInterruptRepeatsTheOperationAndTheFlagStays(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("any"), "four");
    int[] runs = {0};
    int read =
        Uninterrupted.run(
            () -> {
              if (++runs[0] < 4) {
                Thread.currentThread().interrupt();
              }
              try (FileChannel channel = FileChannel.open(file)) {
                return channel.read(ByteBuffer.allocate(10));
              }
            });
    assertEquals(4, read);
    assertEquals(4, runs[0]);
    assertTrue(Thread.interrupted());
  }

  @Test
  void directoriesAreSyncedUnderAnInterrupt(@TempDir Path directory) throws IOException {
    Thread.currentThread().interrupt();
    new Disk().syncDirectory(directory);
    assertTrue(Thread.interrupted());
  }
}
