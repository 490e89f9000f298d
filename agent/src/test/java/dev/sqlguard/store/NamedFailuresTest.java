package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * What fails on an open file names it: the JDK's exception doesn't. The kernel's own files fail, so
 * that no disk has to.
 */
class NamedFailuresTest {
  private static final Path FULL = Path.of("/dev/full");
  private static final Path MEMORY = Path.of("/proc/self/mem");

  @BeforeAll
  static void onLinux() {
    assumeTrue(Platform.HAS_PROC && Files.exists(FULL), "needs Linux");
  }

  private static String saidOf(Executable call) {
    return Errors.text(assertThrows(IOException.class, call));
  }

  @Test
  void aWriteNamesItsFile() throws Exception {
    try (RandomAccessFile full = new RandomAccessFile(FULL.toFile(), "rw")) {
      Executable write = () -> new Disk().write(FULL, full, 0, new byte[1], 0, 1);
      assertEquals("/dev/full: No space left on device", saidOf(write));
    }
  }

  @Test
  void aTruncationNamesItsFile() throws Exception {
    try (RandomAccessFile full = new RandomAccessFile(FULL.toFile(), "rw")) {
      assertEquals("/dev/full: Invalid argument", saidOf(() -> new Disk().truncate(FULL, full, 0)));
    }
  }

  /** Java doesn't tell more of it. */
  @Test
  void anFsyncNamesItsFile() throws Exception {
    try (RandomAccessFile full = new RandomAccessFile(FULL.toFile(), "rw")) {
      assertEquals("/dev/full: sync failed", saidOf(() -> new Disk().sync(FULL, full)));
    }
  }

  @Test
  void anFsyncOfADirectoryNamesIt() {
    Path directory = Path.of("/proc/self");
    assertEquals(
        directory + ": Invalid argument", saidOf(() -> new Disk().syncDirectory(directory)));
  }

  @Test
  void aReadNamesItsFile() throws Exception {
    try (FileBytes memory = new FileBytes(MEMORY)) {
      Executable read = () -> memory.read(0, new byte[1], 0, 1);
      assertEquals(MEMORY + ": Input/output error", saidOf(read));
    }
  }
}
