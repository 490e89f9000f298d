package dev.sqlguard.cli;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * A {@link FrozenCopy} in a directory of its own among the temporary files. It goes when this is
 * closed, or when a signal ends the command.
 */
final class PrivateCopy implements Closeable {
  private final Path directory;
  private final Path file;
  private final Disk disk;

  private PrivateCopy(Path directory, Disk disk) {
    this.directory = directory;
    this.file = directory.resolve("copy.db");
    this.disk = disk;
  }

  /**
   * @param progress is told the bytes of the main file copied so far
   * @throws Refusal where the files change faster than they can be copied
   * @throws dev.sqlguard.store.NotEnoughSpaceException where there is no room for it
   */
  static PrivateCopy of(Path main, Disk disk, LongConsumer progress) throws IOException {
    PrivateCopy copy = new PrivateCopy(Files.createTempDirectory("sqlguard-"), disk);
    boolean complete = false;
    try {
      copy.deleteAtSignal();
      Space.require(copy.directory, FrozenCopy.size(main));
      FrozenCopy.take(main, copy.file, disk, progress);
      complete = true;
      return copy;
    } finally {
      if (!complete) {
        copy.close();
      }
    }
  }

  Path file() {
    return file;
  }

  /** In the opposite order. */
  private void deleteAtSignal() {
    directory.toFile().deleteOnExit();
    file.toFile().deleteOnExit();
    SideFiles.of(file).all().forEach(side -> side.toFile().deleteOnExit());
  }

  @Override
  public void close() throws IOException {
    FrozenCopy.delete(file, disk);
    Files.deleteIfExists(directory);
  }
}
