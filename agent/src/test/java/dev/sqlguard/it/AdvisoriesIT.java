package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dangers to a sound database that only its JVM shows: named once, and nothing else changes. */
class AdvisoriesIT {
  private static final int ROWS = 30;
  private static final String COUNT = "SELECT count(*) FROM t";
  private static final String TWO_COPIES = "two copies of SQLite in this JVM";
  private static final String WAL_RESET = "the WAL-reset bug";
  private static final String LARGE_WAL = "is larger than the database";

  @TempDir Path temporary;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    Databases.create(db, ROWS);
  }

  private String url() {
    return "jdbc:sqlite:" + db;
  }

  private static GuardedJvm with(String driver) {
    return driver.equals("newest")
        ? GuardedJvm.jvm()
        : GuardedJvm.jvm()
            .classPath(
                JarMaker.location(ScriptApp.class),
                Path.of(System.getProperty("old.drivers"), "sqlite-jdbc-" + driver + ".jar"))
            .jvmArguments("-Djdbc.drivers=org.sqlite.JDBC");
  }

  private List<String> advice(List<String> lines, String about) {
    return lines.stream()
        .filter(line -> line.startsWith("sqlguard: " + db + ": ") && line.contains(about))
        .toList();
  }

  private void assertSaid(int times, GuardedJvm.Ended ended, String about) throws Exception {
    assertEquals(times, advice(ended.errors(), about).size(), ended.errors().toString());
    int others = 0;
    for (String other : List.of(TWO_COPIES, WAL_RESET, LARGE_WAL)) {
      others += other.equals(about) ? 0 : advice(ended.errors(), other).size();
    }
    assertEquals(0, others, ended.errors().toString());
    assertEquals(0, ended.exitCode());
    assertEquals(List.of(), ended.otherErrors());
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void twoCopiesOfSqliteWithTheFileOpenAreNamedOnce() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", url());
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      app.ok("open", "b", "othercopy", url());
      assertEquals(1, advice(app.errorsSoFar(), TWO_COPIES).size(), app.errorsSoFar().toString());
      app.ok("open", "c", "drivermanager", url());
      app.ok("open", "d", "othercopy", url());
      for (String connection : List.of("a", "b", "c", "d")) {
        assertEquals("31", app.say("sql", connection, COUNT));
      }
      assertSaid(1, app.end("return"), TWO_COPIES);
    }
    assertEquals(ROWS + 1, Databases.rows(db));
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
  }

  @Test
  void oneCopyWithTwoConnectionsIsNot() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", url());
      app.ok("open", "b", "datasource", url());
      app.ok("open", "c", "hikari", "jdbc:sqlite:file:" + db);
      assertSaid(0, app.end("return"), TWO_COPIES);
    }
  }

  /** A web application that is deployed anew is none, as long as the one before has closed it. */
  @Test
  void twoCopiesOneAfterTheOtherAreNotUntilTheyMeet() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      for (int i = 0; i < 2; i++) {
        app.ok("open", "a", "drivermanager", url());
        app.ok("close", "a");
        app.ok("open", "b", "othercopy", url());
        app.ok("open", "c", "samecopy", url());
        app.ok("close", "b");
        app.ok("close", "c");
      }
      assertEquals(List.of(), advice(app.errorsSoFar(), TWO_COPIES));
      app.ok("open", "b", "othercopy", url());
      app.ok("open", "a", "drivermanager", url());
      app.ok("open", "c", "drivermanager", url());
      assertSaid(1, app.end("return"), TWO_COPIES);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.7.2", "3.36.0"})
  void theWalResetBugIsNamedAtTheSecondConnection(String driver) throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    try (var app = with(driver).start()) {
      app.ok("open", "a", "drivermanager", url());
      app.ok("close", "a");
      app.ok("open", "a", "drivermanager", url());
      assertEquals(List.of(), advice(app.errorsSoFar(), WAL_RESET));
      app.ok("open", "b", "drivermanager", url());
      List<String> advice = advice(app.errorsSoFar(), WAL_RESET);
      assertEquals(1, advice.size(), app.errorsSoFar().toString());
      assertTrue(advice.get(0).contains("SQLite " + driver + " "), advice.get(0));
      app.ok("open", "c", "drivermanager", url());
      assertEquals("30", app.say("sql", "c", COUNT));
      assertSaid(1, app.end("return"), WAL_RESET);
    }
    assertEquals(ROWS, Databases.rows(db));
  }

  static List<DriverPrograms.Driver> driversWithoutJdbc() {
    return List.of(DriverPrograms.sqlite4java(), DriverPrograms.bundled());
  }

  @ParameterizedTest
  @MethodSource("driversWithoutJdbc")
  void theWalResetBugOfADriverWithoutJdbcIsNamedToo(DriverPrograms.Driver driver) throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    try (var app = driver.start("")) {
      for (String connection : List.of("a", "b", "c")) {
        int expected = connection.equals("c") ? 1 : 0;
        assertEquals(expected, advice(app.errorsSoFar(), WAL_RESET).size());
        assertEquals("ok", driver.open(app, connection, db));
        assertEquals("30", app.say("sql", connection, COUNT));
      }
      var ended = app.end("return");
      assertEquals(1, advice(ended.errors(), WAL_RESET).size(), ended.errors().toString());
      assertEquals(0, ended.exitCode());
    }
    assertEquals(ROWS, Databases.rows(db));
  }

  @Test
  void theWalResetBugIsNamedWhereTheApplicationTurnsToWal() throws Exception {
    try (var app = with("3.36.0").start()) {
      app.ok("open", "a", "drivermanager", url());
      app.ok("open", "b", "drivermanager", url());
      assertEquals(List.of(), advice(app.errorsSoFar(), WAL_RESET));
      app.ok("close", "b");
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      app.ok("open", "b", "drivermanager", url());
      assertSaid(1, app.end("return"), WAL_RESET);
    }
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  @Test
  void theWalResetBugIsNamedWhereAnotherProcessHasTheDatabaseOpen() throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    try (var other = GuardedJvm.jvm().unguarded().start();
        var app = with("3.36.0").start()) {
      other.ok("open", "a", "drivermanager", url());
      other.ok("sql", "a", "INSERT INTO t(x) VALUES ('other')");
      app.ok("open", "a", "drivermanager", url());
      assertEquals("31", app.say("sql", "a", COUNT));
      assertSaid(1, app.end("return"), WAL_RESET);
      other.end("return");
    }
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"newest", "3.36.0"})
  void aFixedVersionAndRollbackModeAreNot(String driver) throws Exception {
    if (driver.equals("newest")) {
      Databases.execute(db, "PRAGMA journal_mode=WAL");
    }
    try (var app = with(driver).start()) {
      for (String connection : List.of("a", "b", "c")) {
        app.ok("open", connection, "drivermanager", url());
        assertEquals("30", app.say("sql", connection, COUNT));
      }
      assertSaid(0, app.end("return"), WAL_RESET);
    }
  }

  /** Left by an application that never let it be checkpointed. */
  private void leaveWal(int bytes) throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", url());
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.say("sql", "a", "PRAGMA wal_autocheckpoint=0");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES (zeroblob(" + bytes + "))");
      app.kill();
    }
    assertTrue(Files.size(Databases.beside(db, "-wal")) > bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "check=off", "read-only"})
  void aWalLargerThanItsDatabaseIsNamed(String how) throws Exception {
    leaveWal(17 << 20);
    boolean readOnly = how.equals("read-only");
    try (var app = GuardedJvm.jvm().options(readOnly ? "" : how).start()) {
      app.ok("open", "a", "drivermanager", url() + (readOnly ? "?open_mode=1" : ""));
      app.ok("open", "b", "drivermanager", url() + (readOnly ? "?open_mode=1" : ""));
      assertEquals("31", app.say("sql", "a", COUNT));
      assertSaid(1, app.end("return"), LARGE_WAL);
    }
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  @Test
  void anOrdinaryWalIsNot() throws Exception {
    leaveWal(5 << 20);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", url());
      assertSaid(0, app.end("return"), LARGE_WAL);
    }
  }

  @Test
  void offSilencesThemAndChangesNothingElse() throws Exception {
    leaveWal(17 << 20);
    try (var app = with("3.36.0").options("advisories=off").start()) {
      app.ok("open", "a", "drivermanager", url());
      app.ok("open", "b", "drivermanager", url());
      app.ok("open", "c", "othercopy", url());
      var ended = app.end("return");
      assertSaid(0, ended, LARGE_WAL);
      assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")), ended.toString());
    }
  }
}
