package dev.sqlguard.it.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sqlguard.it.Databases;
import dev.sqlguard.it.GuardedJvm;
import dev.sqlguard.it.Starts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Where situations are brought about, by starts of the shipped jar, and guarded starts are played
 * whose faults are chosen call by call: see {@link FaultJar}.
 */
final class Stage implements AutoCloseable {
  private static final int ROWS = 300;
  private static final int SIGKILLED = 128 + 9;

  private final Path directory;
  private final Path backupDir;
  private final Path faultJar;
  private final Starts starts;
  private final Starts startsElsewhere;
  private final Path temporary;
  private int renameThatInstalls;

  Stage(Path directory) throws IOException {
    this.directory = directory.toRealPath();
    this.backupDir = this.directory.resolve("backups");
    this.temporary = Files.createDirectory(this.directory.resolve("tmp"));
    this.faultJar = FaultJar.in(this.directory);
    this.starts = Starts.with(Situation.HEALTHY.options());
    this.startsElsewhere = Starts.with(optionsOf(Situation.BACKUP_DIR));
  }

  @Override
  public void close() throws IOException {
    starts.close();
    startsElsewhere.close();
  }

  private static boolean isElsewhere(Situation situation) {
    return situation == Situation.BACKUP_DIR;
  }

  private String optionsOf(Situation situation) {
    return situation.options() + (isElsewhere(situation) ? ",backup-dir=" + backupDir : "");
  }

  private Starts startsFor(Situation situation) {
    return isElsewhere(situation) ? startsElsewhere : starts;
  }

  /** Brings a situation about with a new database in a directory of its own. */
  Inventory prepare(Situation situation) throws Exception {
    Path db;
    synchronized (starts) {
      db = Starts.unused(Files.createTempDirectory(directory, situation + "-"));
      Databases.create(db, ROWS);
      startsFor(situation).start(db);
      Databases.addRows(db, 1);
      startsFor(situation).start(db);
    }
    List<String> rows = situation.bringAbout(db);
    Path backups = isElsewhere(situation) ? backupDir : db.getParent();
    Inventory before = new Inventory(situation, db, backups, rows);
    if (situation == Situation.INTERRUPTED) {
      Fault rename = Fault.killedBefore("RENAME", renameThatInstalls());
      if (!play(before, rename).isKilled()) {
        throw new AssertionError("not killed " + rename);
      }
    }
    return before;
  }

  /** How many calls of that kind there are up to the one by which the good file takes its place. */
  private synchronized int renameThatInstalls() throws Exception {
    if (renameThatInstalls == 0) {
      int renames = 0;
      for (TracedCall call : play(prepare(Situation.DAMAGED_WITH_LOG), Fault.NONE).calls()) {
        if (call.isThat("RENAME", "")) {
          renames++;
        }
        if (call.isThat("RENAME", ".sqlguard-install")) {
          renameThatInstalls = renames;
        }
      }
    }
    return renameThatInstalls;
  }

  /**
   * What a start showed.
   *
   * @param calls as far as it came
   */
  record Played(GuardedJvm.Ended ended, List<TracedCall> calls) {
    boolean isKilled() {
      return ended.exitCode() == SIGKILLED;
    }
  }

  /**
   * A start that nothing disturbs.
   *
   * @param lines how many the guard says
   * @param backupsToStay the ends of the names of those that aren't rotated away by it or the next
   *     one, to which a repaired database is a new one
   */
  record Undisturbed(
      Situation situation, List<TracedCall> calls, int lines, Set<String> backupsToStay) {}

  /** In the order of the situations. */
  List<Undisturbed> undisturbed(Set<Situation> situations) throws Exception {
    List<Callable<Undisturbed>> starts = new ArrayList<>();
    for (Situation situation : new TreeSet<>(situations)) {
      starts.add(() -> undisturbed(situation));
    }
    return two(starts);
  }

  private Undisturbed undisturbed(Situation situation) throws Exception {
    Inventory before = prepare(situation);
    Played played = play(before, Fault.NONE);
    List<String> errors = played.ended().errors();
    assertEquals(answers(before), played.ended().output(), errors::toString);
    before.assertEverythingIsDone(Set.of(), "after an undisturbed start");
    synchronized (starts) {
      startsFor(situation).start(before.db());
    }
    int lines = played.ended().guardLines().size();
    return new Undisturbed(situation, played.calls(), lines, before.heldBackups());
  }

  /** Does the work, two pieces at once. All of it is done, whatever fails. */
  static <T> List<T> two(List<Callable<T>> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<T> results = new ArrayList<>();
      List<Throwable> failures = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(work)) {
        try {
          results.add(result.get());
        } catch (ExecutionException e) {
          failures.add(e.getCause());
        }
      }
      assertEquals(List.of(), failures);
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  /** A start with the fault layer. */
  Played play(Inventory of, Fault fault) throws IOException {
    Path trace = Files.createTempFile(directory, "trace-", "");
    GuardedJvm jvm = jvm(of.situation()).agent(faultJar).jvmArguments("-Dfault.trace=" + trace);
    GuardedJvm.Ended ended = play(jvm.jvmArguments(fault.jvmArguments()), of);
    return new Played(ended, TracedCall.in(Files.readAllLines(trace)));
  }

  /** A start as users have it. */
  GuardedJvm.Ended play(Inventory of) throws IOException {
    return play(jvm(of.situation()), of);
  }

  private GuardedJvm jvm(Situation situation) {
    return GuardedJvm.jvm()
        .options(optionsOf(situation))
        .jvmArguments("-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temporary);
  }

  /**
   * The application opens its database, reads all of it, and ends. The driver is loaded before, so
   * that no time that is measured contains that.
   */
  private static GuardedJvm.Ended play(GuardedJvm jvm, Inventory of) throws IOException {
    try (GuardedJvm.Running app = jvm.start()) {
      app.tell("open", "m", "drivermanager", "jdbc:sqlite::memory:");
      app.tell("open", "a", "drivermanager", of.situation().url(of.db()));
      app.tell("sql", "a", Situation.ALL);
      app.tell("sql", "a", "PRAGMA integrity_check");
      app.tell("close", "a");
      return app.end("return");
    }
  }

  /** What a start answers whose database is good. */
  static List<String> answers(Inventory of) {
    return List.of("ok", "ok", String.join(",", of.rows()), "ok", "ok");
  }
}
