package dev.sqlguard.it;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A file system of a few megabytes that a test fills up and frees again. */
final class SmallDisk {
  private final Path filler;

  /**
   * @param root where it is mounted
   */
  SmallDisk(Path root) {
    this.filler = root.resolve("filler");
  }

  /** Leaves {@code free} bytes, or as few more as a page of memory has. */
  void fillUpTo(long free) throws IOException {
    byte[] block = new byte[4096];
    Arrays.fill(block, (byte) 1);
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (filler.toFile().getUsableSpace() > free) {
        out.write(block);
      }
    } catch (IOException e) {
      // Somebody else took the last page: it is full.
    }
  }

  void free() throws IOException {
    Files.deleteIfExists(filler);
  }
}
