package dev.sqlguard.store.fault;

import java.nio.file.Path;

/**
 * One system call of the guard, or one piece of SQLite's work on a private copy.
 *
 * @param path what it is about; for {@link Kind#RENAME} and {@link Kind#LINK} the old name
 * @param target the new name, or the file whose attributes are given; null for all others
 * @param position where a write begins, or the length that a truncated file gets
 * @param bytes what is written; null for all others. Not to be changed or kept: it is a buffer.
 * @param offset where in {@code bytes} the content begins
 * @param length how many of {@code bytes}
 */
public record Call(
    Kind kind, Path path, Path target, long position, byte[] bytes, int offset, int length) {
  /** What the guard does to files. */
  public enum Kind {
    CREATE,
    MAKE_DIRECTORY,
    OPEN,
    WRITE,
    TRUNCATE,
    SYNC,
    /** The fsync that is begun ahead; that it fails is said at the next {@link #SYNC}. */
    START_WRITING,
    SYNC_DIRECTORY,
    RENAME,
    LINK,
    UNLINK,
    SET_ATTRIBUTE,
    COPY_ATTRIBUTES,
    LOCK,
    /** Of a file without a name. Nobody hears of a failure. */
    CLOSE_ASIDE,
    /** From the opening of a private copy to its closing. */
    SQLITE
  }

  static Call of(Kind kind, Path path) {
    return new Call(kind, path, null, 0, null, 0, 0);
  }

  static Call of(Kind kind, Path path, Path target) {
    return new Call(kind, path, target, 0, null, 0, 0);
  }

  /** Whether it does this to a file with such an end of its name. */
  public boolean is(Kind expected, String end) {
    return kind == expected && path.toString().endsWith(end);
  }

  @Override
  public String toString() {
    return kind + " " + path.getFileName() + (target == null ? "" : " " + target.getFileName());
  }
}
