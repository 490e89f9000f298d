package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.KernelView;
import dev.sqlguard.it.Shell;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Another process opens a damaged database before each of the guard's file operations in turn (some
 * of them, without {@code -Pfull}), and stays. It may be told that the database is locked; but what
 * it was told is committed is in the database at the end, and the file that it has open is the
 * database.
 */
class VisitorDuringRepairTest {
  private static final String INSERT = "INSERT INTO t(x) VALUES ('the visitor''s')";

  /** Every moment in the long run; a number that has no divisor in common with the manners. */
  private static final int STRIDE = Integer.getInteger("sqlguard.it.rounds", 4) > 10 ? 1 : 7;

  private static final int PATIENT_MILLIS = 10_000;

  /** What the other process does when it comes. */
  private enum Manner {
    READS("SELECT 1 FROM sqlite_master", 0),
    WRITES(INSERT, 0),
    WAITS_AND_WRITES(INSERT, PATIENT_MILLIS);

    private final String statement;
    private final int busyMillis;

    Manner(String statement, int busyMillis) {
      this.statement = statement;
      this.busyMillis = busyMillis;
    }
  }

  /** Lets the other process in before one of its operations. */
  private static final class VisitedSyscalls extends WatchedSyscalls {
    private final Path db;
    private final int moment;
    private final Manner manner;
    private int operations;
    private Shell visitor;
    private String answer;

    VisitedSyscalls(Path db, int moment, Manner manner) {
      this.db = db;
      this.moment = moment;
      this.manner = manner;
    }

    @Override
    protected void before(Call call) throws IOException {
      if (operations++ == moment) {
        visitor = new Shell(db, manner.busyMillis);
        visitor.tell(manner.statement);
        if (manner.busyMillis == 0) {
          answer = visitor.answer();
        }
      }
    }
  }

  @TempDir Path directory;
  private int refused;
  private int replaced;

  @Test
  void inRollbackMode() throws Exception {
    everyMoment(false);
  }

  @Test
  void inWalMode() throws Exception {
    everyMoment(true);
  }

  private void everyMoment(boolean wal) throws Exception {
    Shell.assumePresent();
    int visits = 0;
    while (visit(visits * STRIDE, Manner.values()[visits % Manner.values().length], wal)) {
      visits++;
    }
    int last = visits * STRIDE - 1;
    while (!visit(last, Manner.WRITES, wal)) {
      last--;
    }
    assertTrue(refused > 0, "somebody came while the file was locked");
    assertTrue(replaced > 0, "somebody came late enough");
    assertTrue(replaced < visits, "somebody came too early for a replacement");
  }

  /**
   * @return false where the guard had finished before that moment
   */
  private boolean visit(int moment, Manner manner, boolean wal) throws Exception {
    Path db = Files.createTempDirectory(directory, "moment").resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
    if (wal) {
      CrashTest.leaveWal(db);
    }
    VisitedSyscalls calls = new VisitedSyscalls(db, moment, manner);
    CrashTest.start(db, new Disk(calls));
    if (calls.visitor == null) {
      return false;
    }
    String what = manner + " at " + moment;
    int committed = 0;
    try (Shell visitor = calls.visitor) {
      String first = manner.busyMillis > 0 ? visitor.answer() : calls.answer;
      refused += Shell.isBusy(first) ? 1 : 0;
      committed += manner != Manner.READS && first.isEmpty() ? 1 : 0;
      assertTrue(KernelView.descriptors(visitor.pid(), db) > 0, what + " has another file open");
      String second = visitor.say(INSERT);
      committed += second.isEmpty() ? 1 : 0;
      what += ": " + first + ", " + second;
    }
    replaced += Files.exists(CrashTest.beside(db, ".corrupt")) ? 1 : 0;
    CrashTest.start(db, new Disk());
    try (Shell shell = new Shell(db, 0)) {
      assertEquals("ok", shell.say("PRAGMA integrity_check"), what);
      assertEquals(
          Integer.toString(CrashTest.ROWS + committed), shell.say("SELECT count(*) FROM t"), what);
    }
    return true;
  }

  /** Nobody has it open any more, and it isn't what was examined. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsCommittedAfterTheExaminationIsNotReplaced(boolean wal) throws Exception {
    Shell.assumePresent();
    Path db = directory.resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
    if (wal) {
      CrashTest.leaveWal(db);
    }
    List<String> answers = new ArrayList<>();
    WatchedSyscalls visited =
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) throws IOException {
            if (call.is(Call.Kind.CREATE, ".sqlguard-install")) {
              try (Shell visitor = new Shell(db, 0)) {
                answers.add(visitor.say(INSERT));
              }
            }
          }
        };
    CrashTest.start(db, new Disk(visited));
    assertEquals(List.of(""), answers);
    assertFalse(Files.exists(CrashTest.beside(db, ".corrupt")));
    CrashTest.start(db, new Disk());
    assertTrue(Files.exists(CrashTest.beside(db, ".corrupt")));
    try (Shell shell = new Shell(db, 0)) {
      assertEquals("ok", shell.say("PRAGMA integrity_check"));
      assertEquals(Integer.toString(CrashTest.ROWS + 1), shell.say("SELECT count(*) FROM t"));
    }
  }
}
