package dev.sqlguard.guard;

import dev.sqlguard.backup.LiveConnection;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.GuardThread;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Sizes;
import dev.sqlguard.store.Uninterrupted;
import dev.sqlguard.store.UnseenUse;
import dev.sqlguard.verify.SqliteError;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * When the JVM ends, after the application's own shutdown hooks: folds the WAL of every guarded
 * database into its main file, through the application's own driver. Then the databases may be
 * sealed.
 *
 * <p>In two rounds: first all databases without waiting for anybody, then those that were busy,
 * with what time is left. A busy one takes nothing away from the others.
 */
public final class ExitWork implements Runnable {
  private static final long LONGEST_PATIENCE_MILLIS = 2000;

  /** How long the last lines may take beyond the timeout. */
  private static final long LAST_LINES_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Gate gate;
  private final Log log;
  private final Duration timeout;

  /** What has a WAL to fold in and has had no line yet. */
  private final Set<Path> unfinished = ConcurrentHashMap.newKeySet();

  /** What hasn't been looked at yet: a disk may not answer. */
  private final Set<GuardedFile> unseen = ConcurrentHashMap.newKeySet();

  public ExitWork(Gate gate, Log log, Duration timeout) {
    this.gate = gate;
    this.log = log;
    this.timeout = timeout;
  }

  /** A WAL with content, and the name it belongs to. */
  private record Task(GuardedFile file, Path path, String size) {}

  /** On a thread of its own, so that a hung file system can't hold the JVM back for ever. */
  @Override
  public void run() {
    long deadline = System.nanoTime() + timeout.toNanos();
    Optional<Throwable> failure = work(deadline);
    String why = "exit-timeout is over";
    if (failure.isPresent()) {
      why = "the work at exit failed (" + Wording.of(failure.get()) + ")";
      if (unseen.isEmpty() && unfinished.isEmpty()) {
        log.warn(why + "; WALs are left for the next open");
      }
    }
    giveUp(why);
    log.flush(deadline + LAST_LINES_NANOS);
  }

  /**
   * @return what it failed with; empty where it is done, or out of time
   */
  private Optional<Throwable> work(long deadline) {
    GuardThread worker = new GuardThread("sqlguard-exit", () -> foldAll(deadline));
    // The driver works there as if it were here.
    worker.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    try {
      worker.start();
    } catch (OutOfMemoryError e) {
      return Optional.of(e);
    }
    Uninterrupted.join(worker, deadline);
    return Optional.ofNullable(worker.failure());
  }

  private void giveUp(String why) {
    for (GuardedFile file : unseen) {
      if (unseen.remove(file)) {
        log.warn(file.path(), why + "; if it has a WAL, that is left for the next open");
      }
    }
    for (Path path : unfinished) {
      finish(path, why + "; its WAL is left for the next open");
    }
  }

  private void foldAll(long deadline) {
    boolean outermost = gate.enter();
    try {
      List<Task> busy = new ArrayList<>();
      for (Task task : tasks()) {
        if (!fold(task, 0, false)) {
          busy.add(task);
        }
      }
      for (Task task : busy) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        fold(task, Math.max(0, Math.min(LONGEST_PATIENCE_MILLIS, left / 2)), true);
      }
      seal(deadline);
    } finally {
      gate.leave(outermost);
    }
  }

  private void seal(long deadline) {
    try {
      gate.seal(deadline);
    } catch (Throwable t) {
      // A full check at the next start is all that comes of it; the WALs are folded in.
    }
  }

  private List<Task> tasks() {
    for (GuardedFile file : gate.files()) {
      if (file.isToBeFolded()) {
        unseen.add(file);
      }
    }
    List<Task> tasks = new ArrayList<>();
    for (GuardedFile file : unseen) {
      try {
        List<Task> found = tasksOf(file);
        if (!unseen.remove(file)) {
          // The time is up, and the rest has its line.
          return List.of();
        }
        if (found.size() > 1) {
          log.warn(file.path(), "WAL not folded in: another of its names has one too");
        } else {
          tasks.addAll(found);
        }
      } catch (Throwable e) {
        if (unseen.remove(file)) {
          log.warn(file.path(), "WAL not folded in (" + Wording.of(e) + ")");
        }
      }
    }
    for (Task task : tasks) {
      unfinished.add(task.path());
    }
    return tasks;
  }

  private static List<Task> tasksOf(GuardedFile file) throws IOException {
    List<Task> tasks = new ArrayList<>();
    for (Path name : file.names()) {
      Optional<FileStat> wal = FileStat.ofEntry(SideFiles.of(name).wal());
      if (wal.isPresent()
          && wal.get().regular()
          && wal.get().size() > 0
          && Registry.leadsTo(name, file)) {
        tasks.add(new Task(file, name, Sizes.text(wal.get().size())));
      }
    }
    return tasks;
  }

  /**
   * @param last whether the outcome is final, so that it is said
   * @return false where somebody else kept the WAL busy
   */
  private boolean fold(Task task, long patienceMillis, boolean last) {
    String size = "WAL of " + task.size();
    try {
      Optional<String> obstacle = obstacle(task);
      if (obstacle.isPresent()) {
        finish(task.path(), size + " not folded in: " + obstacle.get());
        return true;
      }
      try (LiveConnection db = task.file().driver().openLive(task.path())) {
        db.execute("PRAGMA busy_timeout=" + patienceMillis);
        Checkpoint truncate = checkpoint(db, "TRUNCATE");
        Checkpoint result = truncate.busy() ? checkpoint(db, "PASSIVE") : truncate;
        if (truncate.busy() && !last) {
          return false;
        }
        report(task.path(), size, truncate.busy(), result);
      }
    } catch (SQLException e) {
      SqliteError error = SqliteError.of(e);
      if (!last && (error.code() == SqliteError.BUSY || error.code() == SqliteError.LOCKED)) {
        return false;
      }
      finish(task.path(), size + " not folded in (" + error.message() + ")");
    } catch (Throwable t) {
      finish(task.path(), size + " not folded in (" + t + ")");
    }
    return true;
  }

  /**
   * The key may have been changed since it read the file, by a PRAGMA or in another process. With a
   * wrong one the last close would destroy the database; beside a connection that has the WAL open,
   * ours isn't the last.
   */
  private static Optional<String> obstacle(Task task) throws IOException {
    if (task.file().isOpenedWithoutLocks()) {
      return Optional.of("it was opened without locks");
    }
    if (UnseenUse.shows(task.path())) {
      return Optional.of("this JVM has it open without locks");
    }
    if (task.file().isOpenedByTwoCopies() && isOpen(task.path())) {
      return Optional.of("two copies of SQLite may have it open");
    }
    Path wal = SideFiles.of(task.path()).wal();
    if (task.file().driver().isKeyed()
        && FileUsers.inThisProcess(FileUsers.ids(Set.of(wal))) == 0) {
      return Optional.of("the database is encrypted, and the application has closed it");
    }
    return Optional.empty();
  }

  private static boolean isOpen(Path path) throws IOException {
    return FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(path))) > 0;
  }

  private void report(Path path, String size, boolean stays, Checkpoint result) {
    if (!unfinished.remove(path) || result.frames() < 0) {
      return;
    }
    if (result.checkpointed() < result.frames()) {
      log.info(
          path,
          size
              + " is in use: "
              + result.checkpointed()
              + " of "
              + result.frames()
              + " pages folded in");
    } else {
      log.info(path, size + " folded in" + (stays ? "; the file is still in use" : ""));
    }
  }

  /** Once for each, whoever comes first: the worker, or the end of the time. */
  private void finish(Path path, String what) {
    if (unfinished.remove(path)) {
      log.warn(path, what);
    }
  }

  /**
   * What a checkpoint returns: being busy is a row, not an exception; outside of WAL mode both
   * numbers are negative.
   */
  private record Checkpoint(boolean busy, long frames, long checkpointed) {}

  private static Checkpoint checkpoint(LiveConnection db, String mode) throws SQLException {
    Optional<long[]> row = db.firstRow("PRAGMA wal_checkpoint(" + mode + ")", 3);
    if (row.isEmpty()) {
      return new Checkpoint(false, -1, -1);
    }
    long[] columns = row.get();
    return new Checkpoint(columns[0] != 0, columns[1], columns[2]);
  }
}
