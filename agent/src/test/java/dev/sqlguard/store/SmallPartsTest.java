package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
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

  @Test
  void anInterruptRepeatsTheOperationAndTheFlagStays() throws IOException {
    int[] runs = {0};
    String result =
        Uninterrupted.run(
            () -> {
              if (++runs[0] < 4) {
                Thread.currentThread().interrupt();
                throw new ClosedByInterruptException();
              }
              return "done";
            });
    assertEquals("done", result);
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
