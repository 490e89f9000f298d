package dev.sqlguard.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An ordinary file that was looked at and then opened by its name, and is the one that was looked
 * at. {@link RandomAccessFile} follows symbolic links, and creates what is missing; in a directory
 * that others may write to, a name that was a file of ours a moment ago may be a link by now.
 */
final class OpenedFile {
  /**
   * Descriptors of files that somebody led us to. Closing one would release this process's locks on
   * it, so none of them is ever closed.
   */
  private static final List<RandomAccessFile> MISLED = new ArrayList<>();

  private final RandomAccessFile file;
  private final FileId id;

  private OpenedFile(RandomAccessFile file, FileId id) {
    this.file = file;
    this.id = id;
  }

  /**
   * @throws IOException where {@code path} is no ordinary file, or isn't what was opened
   */
  static OpenedFile of(Syscalls calls, Path path, boolean writable) throws IOException {
    Optional<FileStat> entry = FileStat.ofEntry(path);
    if (entry.isEmpty()) {
      throw new NoSuchFileException(path.toString());
    }
    if (!entry.get().regular()) {
      throw new IOException(path + " is not an ordinary file");
    }
    RandomAccessFile file = calls.open(path, writable);
    boolean checked = false;
    try {
      if (SharedDirectory.letsOthersRename(path) && !isOpen(entry.get().id())) {
        throw new IOException(path + " was exchanged for another file");
      }
      checked = true;
      return new OpenedFile(file, entry.get().id());
    } finally {
      if (!checked) {
        keep(file);
      }
    }
  }

  /** The same, where only others could mislead us: elsewhere a link may lead to the file. */
  static RandomAccessFile forReading(Path path) throws IOException {
    return SharedDirectory.letsOthersRename(path)
        ? of(new Syscalls(), path, false).file
        : new RandomAccessFile(path.toFile(), "r");
  }

  RandomAccessFile file() {
    return file;
  }

  FileId id() {
    return id;
  }

  private static boolean isOpen(FileId id) throws IOException {
    return !Platform.HAS_PROC || FileUsers.isOpenInThisProcess(id);
  }

  private static void keep(RandomAccessFile file) {
    synchronized (MISLED) {
      MISLED.add(file);
    }
  }
}
