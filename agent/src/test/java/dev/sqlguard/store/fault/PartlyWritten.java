package dev.sqlguard.store.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * A private copy as SQLite leaves it when it is killed at its work: any of the pages that it
 * changed are written, the others are not, and a journal or a WAL may lie beside it.
 */
final class PartlyWritten {
  private static final int BLOCK = 512;

  private final Path file;
  private final byte[] before;
  private final byte[] walBefore;

  PartlyWritten(Path file) throws IOException {
    this.file = file;
    this.before = bytes(file);
    this.walBefore = bytes(wal());
  }

  void leave(Random random) throws IOException {
    byte[] mixed = bytes(file);
    for (int at = 0; at < Math.min(mixed.length, before.length); at += BLOCK) {
      if (random.nextBoolean()) {
        int end = Math.min(at + BLOCK, Math.min(mixed.length, before.length));
        System.arraycopy(before, at, mixed, at, end - at);
      }
    }
    Files.write(file, random.nextBoolean() ? mixed : Arrays.copyOf(mixed, before.length));
    switch (random.nextInt(4)) {
      case 0 -> Files.write(Path.of(file + "-journal"), someBytes(random));
      case 1 -> Files.write(wal(), someBytes(random));
      case 2 -> Files.write(wal(), walBefore);
      default -> {
        // Nothing beside it.
      }
    }
  }

  private Path wal() {
    return Path.of(file + "-wal");
  }

  private static byte[] someBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(4 * BLOCK)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] bytes(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
  }
}
