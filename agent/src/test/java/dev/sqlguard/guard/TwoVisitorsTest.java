package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.Shell;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * At the moment of a repair's rename one process opens the damaged file, another one the new file.
 * One of them has the wrong file in the end. He may be told that it is locked, for as long as he
 * doesn't open it again; but whatever anybody was told is committed is in the database.
 */
class TwoVisitorsTest {
  private static final String INSERT = "INSERT INTO t(x) VALUES ('a visitor''s')";

  @TempDir Path directory;

  private final List<Shell> visitors = new ArrayList<>();

  /** Called at the rename of the candidate, and at a later one that takes it back. */
  private interface Steps {
    void before(Path db) throws IOException;

    void after(Path db) throws IOException;

    default void back(Path db) throws IOException {}
  }

  private Path repairedBeside(Steps steps, boolean wal) throws Exception {
    Shell.assumePresent();
    Path db = directory.toRealPath().resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    if (wal) {
      CrashTest.execute(db, "PRAGMA journal_mode=WAL");
    }
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
    CrashTest.start(
        db,
        new Disk(
            new WatchedSyscalls() {
              @Override
              protected void before(Call call) throws IOException {
                if (call.is(Kind.RENAME, "-install")) {
                  steps.before(db);
                } else if (call.is(Kind.RENAME, ".corrupt") && call.target().equals(db)) {
                  steps.back(db);
                }
              }

              @Override
              protected void after(Call call) {
                if (call.is(Kind.RENAME, "-install")) {
                  try {
                    steps.after(db);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }
              }
            }));
    return db;
  }

  private Shell visitor(Path db, int busyMillis) throws IOException {
    Shell visitor = new Shell(db, busyMillis);
    visitors.add(visitor);
    return visitor;
  }

  /** Each visitor tries once more; then all are gone, and the database has what was committed. */
  private void assertNothingIsLost(Path db, int committed) throws Exception {
    int rows = CrashTest.ROWS + committed;
    for (Shell visitor : visitors) {
      rows += visitor.say(INSERT).isEmpty() ? 1 : 0;
      visitor.close();
    }
    CrashTest.start(db, new Disk());
    try (Shell shell = new Shell(db, 0)) {
      assertEquals("ok", shell.say("PRAGMA integrity_check"));
      assertEquals(Integer.toString(rows), shell.say("SELECT count(*) FROM t"));
    }
  }

  @ParameterizedTest
  @CsvSource({"false,0", "false,10000", "true,0", "true,10000"})
  void oneOnTheDamagedFileAndOneOnTheNewOne(boolean wal, int busyMillis) throws Exception {
    List<String> answers = new ArrayList<>();
    Path db =
        repairedBeside(
            new Steps() {
              @Override
              public void before(Path db) throws IOException {
                assertTrue(Shell.isBusy(visitor(db, 0).say("SELECT 1 FROM sqlite_master")));
              }

              @Override
              public void after(Path db) throws IOException {
                Shell second = visitor(db, busyMillis);
                second.tell(INSERT);
                if (busyMillis == 0) {
                  answers.add(second.answer());
                }
              }
            },
            wal);
    if (busyMillis > 0) {
      answers.add(visitors.get(1).answer());
      assertEquals(List.of(""), answers);
    }
    assertTrue(Files.exists(CrashTest.beside(db, ".corrupt")), "it was taken back");
    assertNothingIsLost(db, answers.get(0).isEmpty() ? 1 : 0);
  }

  /** The one on the damaged file is alone at first, and has got it back when he is seen. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void oneOnTheNewFileWhenItIsTakenBack(boolean wal) throws Exception {
    List<String> answers = new ArrayList<>();
    Path db =
        repairedBeside(
            new Steps() {
              @Override
              public void before(Path db) throws IOException {
                visitor(db, 0).say("SELECT 1 FROM sqlite_master");
              }

              @Override
              public void after(Path db) {}

              @Override
              public void back(Path db) throws IOException {
                answers.add(visitor(db, 0).say(INSERT));
              }
            },
            wal);
    assertTrue(Shell.isBusy(answers.get(0)), answers.get(0));
    assertTrue(Shell.isBusy(visitors.get(1).say(INSERT)), "it would be committed nowhere");
    assertNothingIsLost(db, 0);
  }

  @Test
  void oneOnTheNewFileAlone() throws Exception {
    Path db =
        repairedBeside(
            new Steps() {
              @Override
              public void before(Path db) {}

              @Override
              public void after(Path db) throws IOException {
                assertTrue(Shell.isBusy(visitor(db, 0).say(INSERT)));
              }
            },
            false);
    assertEquals("", visitors.get(0).say(INSERT));
    assertNothingIsLost(db, 1);
  }
}
