package dev.sqlguard.guard;

import java.nio.file.Path;

/**
 * A file that an application is about to open.
 *
 * @param asGiven absolute, as the application named it
 * @param file absolute, symbolic links resolved; need not exist
 * @param readOnly the application can't change it through this connection
 * @param locks what keeps others from it
 * @param plainName false where an old driver would put side files somewhere else than beside the
 *     file, because it opens it through a symbolic link
 */
public record Target(Path asGiven, Path file, boolean readOnly, Locks locks, boolean plainName) {
  /** Which locks SQLite takes. */
  public enum Locks {
    /** Those of its default VFS. */
    USUAL,
    /** None: nobody changes the file as long as it is open, says the application. */
    IMMUTABLE,
    /** None, or others: connections with the usual ones don't see them. */
    UNSEEN
  }

  /**
   * @param locking false where SQLite is told to do without its usual locks
   */
  public Target(Path asGiven, Path file, boolean readOnly, boolean locking, boolean plainName) {
    this(asGiven, file, readOnly, locking ? Locks.USUAL : Locks.UNSEEN, plainName);
  }

  /** Whether it may be looked at before the open, and repaired. */
  public boolean locking() {
    return locks != Locks.UNSEEN;
  }

  /** The same, but not to be looked at. */
  Target unseen() {
    return new Target(asGiven, file, readOnly, Locks.UNSEEN, plainName);
  }
}
