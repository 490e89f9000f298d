package dev.sqlguard.guard;

import dev.sqlguard.store.FileId;
import dev.sqlguard.verify.SqliteEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private volatile boolean openedByTwoCopies;
  private final Set<Path> names = new LinkedHashSet<>();

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
    openedBy(by);
    examined = true;
    examinedForWriting |= !readOnly;
  }

  /** The driver that opened it last. */
  void openedBy(SqliteEngine by) {
    openedByTwoCopies |= driver != null && driver != by;
    driver = by;
  }

  /** Whether two copies of SQLite in this JVM opened it: neither may then do so for the guard. */
  boolean isOpenedByTwoCopies() {
    return openedByTwoCopies;
  }

  /** Hard links have side files of their own names. */
  synchronized void openedAs(Path name) {
    names.add(name);
  }

  /** The real paths under which it was opened. */
  synchronized List<Path> names() {
    return new ArrayList<>(names);
  }

  SqliteEngine driver() {
    return driver;
  }

  boolean isToBeFolded() {
    return examinedForWriting && outcome.foldAtExit();
  }
}
