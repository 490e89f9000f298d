package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application may have SQLite do without the locks of its default VFS. A connection of the
 * guard's would take itself for the only one, and fold the WAL in under the application's.
 */
class WithoutLocksIT {
  private static final int ROWS = 50;

  /** Enough for the connection to have gone through several checkpoints of its own. */
  private static final int ACKNOWLEDGED = 3000;

  private static final String INSERT =
      "INSERT INTO t(x) VALUES ('acknowledged ' || hex(randomblob(40)))";

  @TempDir Path temporary;
  private Path db;
  private Path wal;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    wal = Databases.beside(db, "-wal");
    Databases.create(db, ROWS);
  }

  private String uri(String query) {
    return "file:" + db + "?" + query;
  }

  /** Without locks WAL mode needs the exclusive mode: there is no shared memory either. */
  private static void open(GuardedJvm.Running app, String url) throws Exception {
    app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + url);
    settle(app, "main");
  }

  private static void settle(GuardedJvm.Running app, String schema) throws Exception {
    assertEquals("exclusive", app.say("sql", "a", "PRAGMA " + schema + ".locking_mode=exclusive"));
    assertEquals("wal", app.say("sql", "a", "PRAGMA " + schema + ".journal_mode=wal"));
    app.ok("sql", "a", "PRAGMA " + schema + ".synchronous=off");
  }

  /** From here on the application prints a line for every row that is committed. */
  private static void write(GuardedJvm.Running app, String insert) throws Exception {
    app.tell("counter", "a", insert);
    for (int i = 0; i <= ACKNOWLEDGED; i++) {
      app.answer();
    }
  }

  /** In the middle of the writing. */
  private void endsWithEveryRow(GuardedJvm.Running app, int before) throws Exception {
    var ended = app.end("exit", "0");
    long acknowledged = ended.output().stream().filter("committed"::equals).count();
    assertEquals(List.of(), ended.otherErrors());
    assertTrue(Databases.isIntact(db), ended.guardLines()::toString);
    int rows = Databases.rows(db);
    // One more may have been committed whose line wasn't printed any more.
    assertTrue(
        rows - before == acknowledged || rows - before == acknowledged + 1,
        () -> rows - before + " of " + acknowledged + " rows: " + ended.guardLines());
  }

  private void leavesTheLogToTheApplication(GuardedJvm.Running app, int before) throws Exception {
    endsWithEveryRow(app, before);
    assertTrue(Files.size(wal) > 0);
  }

  private static List<String> lines(GuardedJvm.Running app, String about) throws Exception {
    return app.errorsSoFar().stream().filter(line -> line.contains(about)).toList();
  }

  @ParameterizedTest
  @CsvSource({"vfs=unix-none, check=full", "vfs=unix-dotfile, check=off"})
  void atExitTheLogIsLeftAlone(String query, String options) throws Exception {
    try (var app = GuardedJvm.jvm().options(options).start()) {
      open(app, uri(query));
      assertEquals(options.equals("check=off") ? 0 : 1, app.errorsSoFar().size());
      write(app, INSERT);
      leavesTheLogToTheApplication(app, ROWS);
    }
    assertFalse(Files.exists(Databases.beside(db, ".bak")));
  }

  @Test
  void aNewDatabaseIsLeftAloneToo() throws Exception {
    Files.delete(db);
    try (var app = GuardedJvm.jvm().start()) {
      open(app, uri("vfs=unix-none"));
      app.ok("sql", "a", "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      write(app, INSERT);
      leavesTheLogToTheApplication(app, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vfs=unix-none", "vfs=unix-dotfile"})
  void anOrdinaryOpenBeforeOrAfterChangesNothing(String query) throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "before", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("close", "before");
      assertTrue(Files.exists(Databases.beside(db, ".bak")));
      open(app, uri(query));
      app.ok("open", "after", "drivermanager", "jdbc:sqlite:" + db);
      write(app, INSERT);
      leavesTheLogToTheApplication(app, ROWS);
    }
  }

  /** The first open in earnest comes beside a connection whose locks it doesn't see. */
  @Test
  void besideAReaderWithoutLocksNoCopyIsMadeOnline() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "reader", "drivermanager", "jdbc:sqlite:" + uri("vfs=unix-none&mode=ro"));
      assertEquals("50", app.say("sql", "reader", "SELECT count(*) FROM t"));
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    assertFalse(Files.exists(Databases.beside(db, ".bak")));
  }

  @Test
  void onceItIsClosedTheNextOrdinaryOpenIsChecked() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "reader", "drivermanager", "jdbc:sqlite:" + uri("immutable=1"));
      assertEquals("50", app.say("sql", "reader", "SELECT count(*) FROM t"));
      app.ok("close", "reader");
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  /** Who says that nobody changes the file doesn't expect the guard to do so. */
  @Test
  void underAReaderOfWhatIsImmutableNothingIsFoldedIn() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "reader", "drivermanager", "jdbc:sqlite:" + uri("immutable=1"));
      assertEquals("50", app.say("sql", "reader", "SELECT count(*) FROM t"));
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=wal"));
      write(app, INSERT);
      leavesTheLogToTheApplication(app, ROWS);
    }
    assertFalse(Files.exists(Databases.beside(db, ".bak")));
  }

  /** The guard doesn't hear of an ATTACH. */
  @ParameterizedTest
  @ValueSource(strings = {"vfs=unix-none", "vfs=unix-dotfile"})
  void whatIsAttachedWithoutLocksIsSeenByItsDescriptors(String query) throws Exception {
    Path other = db.resolveSibling("other.db");
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "before", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("close", "before");
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + other);
      app.ok("sql", "a", "ATTACH '" + uri(query) + "' AS b");
      settle(app, "b");
      write(app, INSERT.replace(" t(", " b.t("));
      leavesTheLogToTheApplication(app, ROWS);
    }
  }

  @Test
  void noCopyIsMadeOnlineOfWhatIsAttachedWithoutLocks() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db.resolveSibling("other.db"));
      app.ok("sql", "a", "ATTACH '" + uri("vfs=unix-none") + "' AS b");
      settle(app, "b");
      app.ok("sql", "a", INSERT.replace(" t(", " b.t("));
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      assertFalse(Files.exists(Databases.beside(db, ".bak")));
      write(app, INSERT.replace(" t(", " b.t("));
      leavesTheLogToTheApplication(app, ROWS + 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"vfs=unix-none, wal", "vfs=unix-dotfile, delete"})
  void attachLeavesItAlone(String query, String mode) throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      open(app, uri(query));
      assertEquals(mode, app.say("sql", "a", "PRAGMA journal_mode=" + mode));
      write(app, INSERT);
      var attached = Command.run("attach", app.pid());
      assertEquals(1, attached.exitCode(), attached.output()::toString);
      assertEquals(
          db + ": is open already; not backed up, because this JVM has it open without locks",
          attached.output().get(0));
      assertEquals(1, lines(app, db + ":").size());
      endsWithEveryRow(app, ROWS);
    }
    assertFalse(Files.exists(Databases.beside(db, ".bak")));
  }

  /** The exclusive mode keeps the guard's connection out, as it does every other. */
  @ParameterizedTest
  @ValueSource(strings = {"vfs=unix-excl", "vfs=unix"})
  void theUsualLocksOfTheExclusiveModeAreSeen(String query) throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      open(app, uri(query));
      app.ok("sql", "a", INSERT);
      assertTrue(Files.size(wal) > 0);
      var ended = app.end("exit", "0");
      assertTrue(ended.guardLines().get(1).contains("locked"), ended.guardLines()::toString);
    }
    assertEquals(ROWS + 1, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vfs=unix-excl", "vfs=unix"})
  void attachFindsTheUsualLocksOfTheExclusiveMode(String query) throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      open(app, uri(query));
      write(app, INSERT);
      var attached = Command.run("attach", app.pid());
      assertTrue(attached.output().get(0).contains("locked"), attached.output()::toString);
      endsWithEveryRow(app, ROWS);
    }
  }

  @Test
  void attachBacksUpWhatTheProcessAloneMayUse() throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + uri("vfs=unix-excl"));
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=wal"));
      write(app, INSERT);
      var attached = Command.run("attach", app.pid());
      assertEquals(0, attached.exitCode(), attached.output()::toString);
      endsWithEveryRow(app, ROWS);
    }
    assertTrue(Databases.isIntact(Databases.beside(db, ".bak")));
  }
}
