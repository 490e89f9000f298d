package dev.sqlguard.it.torture;

import dev.sqlguard.it.Mounts;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A file system of a few megabytes that a test fills up and frees again. */
final class SmallDisk {
  private static final long SIZE = 8 << 20;

  private final Path root;
  private final Path filler;

  /**
   * @param root where a file system in memory is mounted
   */
  SmallDisk(Path root) throws Exception {
    this.root = root;
    this.filler = root.resolve("filler");
    shrink();
  }

  /** To the size that it begins with. */
  void shrink() throws Exception {
    Mounts.resize(root, SIZE);
  }

  /** Grows where it has less room than so many bytes. */
  void makeRoom(long bytes) throws Exception {
    long missing = bytes - root.toFile().getUsableSpace();
    if (missing > 0) {
      Mounts.resize(root, root.toFile().getTotalSpace() + missing);
    }
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
