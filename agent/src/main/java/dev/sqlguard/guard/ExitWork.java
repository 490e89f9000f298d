package dev.sqlguard.guard;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Sizes;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.SqliteError;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * When the JVM ends, after the application's own shutdown hooks: folds the WAL of every guarded
 * database into its main file, through the application's own driver.
 */
public final class ExitWork implements Runnable {
  private static final long LONGEST_PATIENCE_MILLIS = 2000;

  private final Gate gate;
  private final Log log;
  private final Duration timeout;
  private volatile Path current;

  public ExitWork(Gate gate, Log log, Duration timeout) {
    this.gate = gate;
    this.log = log;
    this.timeout = timeout;
  }

  /** On a thread of its own, so that a hung file system can't hold the JVM back for ever. */
  @Override
  public void run() {
    long deadline = System.nanoTime() + timeout.toNanos();
    Thread worker = new Thread(null, () -> foldAll(deadline), "sqlguard-exit", 0, false);
    worker.setDaemon(true);
    worker.start();
    try {
      worker.join(Math.max(1, timeout.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Path unfinished = current;
    if (worker.isAlive() && unfinished != null) {
      log.warn(unfinished, "exit-timeout is over; its WAL is left for the next open");
    }
  }

  private void foldAll(long deadline) {
    boolean outermost = gate.enter();
    try {
      for (GuardedFile file : gate.files()) {
        if (deadline - System.nanoTime() > 0) {
          foldQuietly(file, deadline);
        }
      }
    } finally {
      gate.leave(outermost);
    }
  }

  private void foldQuietly(GuardedFile file, long deadline) {
    try {
      Path wal = SideFiles.of(file.path()).wal();
      Optional<FileStat> stat = FileStat.ofEntry(wal);
      boolean pending = stat.isPresent() && stat.get().regular() && stat.get().size() > 0;
      if (pending && file.isToBeFolded() && Registry.isStillThere(file)) {
        current = file.path();
        fold(file, stat.get().size(), deadline);
      }
    } catch (SQLException e) {
      String why = SqliteError.of(e).message();
      log.warn(file.path(), "WAL not folded in (" + why + "); the next open will do it");
    } catch (Throwable t) {
      log.warn(file.path(), "WAL not folded in (" + t + "); the next open will do it");
    } finally {
      current = null;
    }
  }

  private void fold(GuardedFile file, long walSize, long deadline) throws SQLException {
    SqliteEngine driver = file.driver();
    try (Connection db = driver.open(file.path());
        Statement statement = db.createStatement()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      long patience = Math.max(0, Math.min(LONGEST_PATIENCE_MILLIS, left / 2));
      statement.execute("PRAGMA busy_timeout=" + patience);
      Checkpoint truncate = checkpoint(statement, "TRUNCATE");
      Checkpoint result = truncate.busy() ? checkpoint(statement, "PASSIVE") : truncate;
      report(file.path(), Sizes.text(walSize), truncate.busy(), result);
    }
  }

  private void report(Path path, String size, boolean stays, Checkpoint result) {
    if (result.frames() < 0) {
      return;
    }
    if (result.checkpointed() < result.frames()) {
      log.info(
          path,
          "WAL of "
              + size
              + " is in use: "
              + result.checkpointed()
              + " of "
              + result.frames()
              + " pages folded in");
    } else {
      log.info(path, "WAL of " + size + " folded in" + (stays ? "; the file is still in use" : ""));
    }
  }

  /**
   * What a checkpoint returns: being busy is a row, not an exception; outside of WAL mode both
   * numbers are negative.
   */
  private record Checkpoint(boolean busy, long frames, long checkpointed) {}

  private static Checkpoint checkpoint(Statement statement, String mode) throws SQLException {
    // Not executeQuery: 3.7.2 returns no row, and its driver throws where there is none.
    if (!statement.execute("PRAGMA wal_checkpoint(" + mode + ")")) {
      return new Checkpoint(false, -1, -1);
    }
    try (ResultSet row = statement.getResultSet()) {
      return row.next()
          ? new Checkpoint(row.getInt(1) != 0, row.getLong(2), row.getLong(3))
          : new Checkpoint(false, -1, -1);
    }
  }
}
