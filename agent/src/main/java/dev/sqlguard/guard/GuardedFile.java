package dev.sqlguard.guard;

import dev.sqlguard.store.FileId;
import dev.sqlguard.verify.SqliteEngine;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** A database that this JVM has opened, remembered until the JVM ends. */
public final class GuardedFile {
  private final Path path;
  private final ReentrantLock gate = new ReentrantLock();
  private volatile Optional<FileId> id;
  private volatile boolean examined;
  private volatile boolean examinedForWriting;
  private volatile Outcome outcome = Outcome.PROCEED;
  private volatile SqliteEngine driver;

  GuardedFile(Path path, Optional<FileId> id) {
    this.path = path;
    this.id = id;
  }

  /** Whether an open of this kind needs no more looking into. */
  public boolean isExaminedFor(boolean readOnly) {
    return readOnly ? examined : examinedForWriting;
  }

  /** What the application gets instead of a connection. */
  public Optional<String> refusal() {
    return outcome.refusal();
  }

  Path path() {
    return path;
  }

  /** Empty until the file exists. */
  Optional<FileId> id() {
    return id;
  }

  void identify(Optional<FileId> now) {
    id = now;
  }

  ReentrantLock gate() {
    return gate;
  }

  void examined(Outcome result, boolean readOnly, SqliteEngine by) {
    outcome = result;
    driver = by;
    examined = true;
    examinedForWriting |= !readOnly;
  }

  /** The driver that opened it last. */
  void openedBy(SqliteEngine by) {
    driver = by;
  }

  SqliteEngine driver() {
    return driver;
  }

  boolean isToBeFolded() {
    return examinedForWriting && outcome.foldAtExit();
  }
}
