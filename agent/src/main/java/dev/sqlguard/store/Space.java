package dev.sqlguard.store;

import java.nio.file.Path;

/** Free space, asked before a copy is begun. */
public final class Space {
  private static final long MARGIN = 1 << 20;

  private Space() {}

  /**
   * @param bytes how much is about to be written
   * @throws NotEnoughSpaceException if the file system of {@code directory} has less than that and
   *     a margin of 1 MiB
   */
  public static void require(Path directory, long bytes) throws NotEnoughSpaceException {
    long usable = directory.toFile().getUsableSpace();
    if (usable < bytes + MARGIN) {
      throw new NotEnoughSpaceException(directory, bytes + MARGIN, usable);
    }
  }
}
