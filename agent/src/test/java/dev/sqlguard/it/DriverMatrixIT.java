package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same story with every driver: docs/compatibility.md has it as a table. */
class DriverMatrixIT {
  private static final int ROWS = 500;

  /** Before SQLite 3.8.8 a checkpoint leaves the length of the WAL as it is. */
  private static final List<String> CANNOT_TRUNCATE = List.of("sqlite-jdbc 3.7.2", "sqlite4java");

  @TempDir static Path home;
  @TempDir Path directory;

  static List<DriverPrograms.Driver> all() throws Exception {
    List<DriverPrograms.Driver> drivers = new ArrayList<>();
    for (String version : DriverPrograms.OLD) {
      drivers.add(DriverPrograms.xerial(version));
    }
    drivers.add(DriverPrograms.newest());
    drivers.add(DriverPrograms.relocated(home));
    drivers.add(DriverPrograms.encrypting());
    drivers.add(DriverPrograms.sqlite4java());
    drivers.add(DriverPrograms.bundled());
    return drivers;
  }

  static String[] inBetween() {
    return DriverPrograms.IN_BETWEEN;
  }

  static List<DriverPrograms.Driver> withoutJdbc() {
    return List.of(DriverPrograms.sqlite4java(), DriverPrograms.bundled());
  }

  @ParameterizedTest
  @MethodSource("all")
  void isGuardedFromOpenToExit(DriverPrograms.Driver driver) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, ROWS);
    Path wal = Databases.beside(db, "-wal");

    try (var app = driver.start("")) {
      assertEquals("ok", driver.open(app, "a", db));
      assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      assertEquals("ok", app.say("sql", "a", "INSERT INTO t(x) VALUES ('new')"));
      assertTrue(Files.size(wal) > 0);
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertFalse(ended.errors().toString().contains("not folded in"), ended.errors().toString());
    }
    if (!CANNOT_TRUNCATE.contains(driver.name())) {
      assertTrue(!Files.exists(wal) || Files.size(wal) == 0);
    }
    Files.deleteIfExists(wal);
    Files.deleteIfExists(Databases.beside(db, "-shm"));
    assertEquals(ROWS + 1, Databases.rows(db));
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));

    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    assertFalse(Databases.isIntact(db));
    try (var app = driver.start("")) {
      assertEquals("ok", driver.open(app, "a", db));
      assertEquals("ok", app.say("sql", "a", "PRAGMA integrity_check"));
      assertEquals(
          Integer.toString(ROWS + 1), app.say("sql", "a", "SELECT count(*) FROM t NOT INDEXED"));
      assertEquals(0, app.end("return").exitCode());
    }
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
  }

  @Tag("matrix")
  @ParameterizedTest
  @MethodSource("inBetween")
  void aVersionInBetweenIsGuardedFromOpenToExit(String version) throws Exception {
    isGuardedFromOpenToExit(DriverPrograms.xerial(version));
  }

  /** The log of one that was killed is folded into the backup, and stays where it was. */
  @ParameterizedTest
  @MethodSource("withoutJdbc")
  void whatStandsInTheLogAloneIsInTheBackup(DriverPrograms.Driver driver) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, ROWS);
    try (var app = driver.start("")) {
      driver.open(app, "a", db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      assertEquals("ok", app.say("sql", "a", "INSERT INTO t(x) VALUES ('only in the log')"));
      app.kill();
    }
    try (var app = driver.start("")) {
      assertEquals("ok", driver.open(app, "a", db));
      assertEquals(Integer.toString(ROWS + 1), app.say("sql", "a", "SELECT count(*) FROM t"));
      app.end("return");
    }
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak.1")));
  }

  @ParameterizedTest
  @MethodSource("withoutJdbc")
  void aReadOnlyOpenIsCheckedAndNothingIsWritten(DriverPrograms.Driver driver) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, ROWS);
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    try (var app = driver.start("")) {
      app.ok("open", "a", "readonly", db.toString());
      var ended = app.end("return");
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      assertTrue(ended.guardLines().get(0).contains("opened read-only"));
    }
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertEquals(List.of("app.db"), Databases.filesOf(db));
  }

  @ParameterizedTest
  @MethodSource("withoutJdbc")
  void aNewFileIsRememberedForTheExit(DriverPrograms.Driver driver) throws Exception {
    Path db = directory.resolve("new.db");
    Path wal = Databases.beside(db, "-wal");
    String how = driver.name().equals("sqlite4java") ? "default" : driver.how();
    try (var app = driver.start("")) {
      app.ok("open", "a", how, db.toString());
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "CREATE TABLE t(x)");
      app.ok("sql", "a", "INSERT INTO t VALUES (1)");
      assertEquals(0, app.end("return").exitCode());
    }
    Files.deleteIfExists(wal);
    Files.deleteIfExists(Databases.beside(db, "-shm"));
    assertEquals(1, Databases.rows(db));
  }

  /** The exception is the driver's own, and shows nothing of the guard but its message. */
  @ParameterizedTest
  @MethodSource("withoutJdbc")
  void aRefusedOpenThrowsTheDriversOwnException(DriverPrograms.Driver driver) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 2000);
    Databases.damageBeyondRepair(db);
    byte[] damaged = Files.readAllBytes(db);
    try (var app = driver.start("on-unrecoverable=refuse")) {
      String answer = driver.open(app, "a", db);
      assertTrue(answer.matches("error \\S*\\.SQLiteException: .*"), answer);
      assertTrue(answer.contains(db.toString()), answer);
      List<String> frames = List.of(answer.split(" at "));
      assertTrue(frames.size() > 3, answer);
      for (String frame : frames.subList(1, frames.size())) {
        assertFalse(
            frame.contains("SqlGuard") || frame.matches(".*dev\\.sqlguard\\.(?!it\\.).*"), frame);
      }
      app.end("return");
    }
    assertArrayEquals(damaged, Files.readAllBytes(db));
  }

  /** The driver's own failure is the same with and without the guard. */
  @ParameterizedTest
  @MethodSource("withoutJdbc")
  void aFailingOpenFailsAsWithoutTheGuard(DriverPrograms.Driver driver) throws Exception {
    Path none = directory.resolve("none/app.db");
    List<String> answers = new ArrayList<>();
    try (var app = driver.start("")) {
      answers.add(driver.open(app, "a", none));
      app.end("return");
    }
    try (var app = driver.jvm().unguarded().start()) {
      answers.add(driver.open(app, "a", none));
      app.end("return");
    }
    assertTrue(answers.get(0).startsWith("error "), answers.get(0));
    assertEquals(answers.get(1), answers.get(0));
  }

  @ParameterizedTest
  @MethodSource("withoutJdbc")
  void aDriverLoadedBeforeTheAgentIsGuardedFromNowOn(DriverPrograms.Driver driver)
      throws Exception {
    Path before = directory.resolve("before.db");
    Path after = directory.resolve("after.db");
    Databases.create(before, ROWS);
    Databases.create(after, ROWS);
    try (var app = driver.jvm().unguarded().start()) {
      driver.open(app, "a", before);
      LateAttachIT.attach(app, "");
      assertEquals("ok", driver.open(app, "b", after));
      assertEquals(Integer.toString(ROWS), app.say("sql", "b", "SELECT count(*) FROM t"));
      assertEquals(0, app.end("return").exitCode());
    }
    assertEquals(List.of("before.db"), Databases.filesOf(before));
    assertEquals(ROWS, Databases.rows(Databases.beside(after, ".bak")));
  }

  /** TRUNCATE is refused with a row, not with an exception: what can be folded in, is. */
  @ParameterizedTest
  @MethodSource("withoutJdbc")
  void atExitBesideAReaderTheRestIsFoldedIn(DriverPrograms.Driver driver) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, ROWS);
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    Path wal = Databases.beside(db, "-wal");
    try (var reader = GuardedJvm.jvm().unguarded().start();
        var app = driver.start("exit-timeout=1s,check=off")) {
      assertEquals("ok", driver.open(app, "a", db));
      assertEquals("ok", app.say("sql", "a", "INSERT INTO t(x) VALUES ('new')"));
      reader.ok("open", "r", "drivermanager", "jdbc:sqlite:" + db);
      reader.ok("sql", "r", "BEGIN");
      assertEquals(Integer.toString(ROWS + 1), reader.say("sql", "r", "SELECT count(*) FROM t"));
      assertEquals(0, app.end("return").exitCode());
      assertTrue(Files.size(wal) > 0);
      Path alone = Files.copy(db, directory.resolve("alone.db"));
      assertEquals(ROWS + 1, Databases.rows(alone));
      assertEquals(Integer.toString(ROWS + 1), reader.say("sql", "r", "SELECT count(*) FROM t"));
    }
  }

  /** sqlite4java offers SQLite's backup API. */
  @Test
  void whatAnotherProcessUsesIsCopiedOnlineWithSqlite4Java() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, ROWS);
    DriverPrograms.Driver driver = DriverPrograms.sqlite4java();
    try (var other = GuardedJvm.jvm().unguarded().start();
        var app = driver.start("")) {
      other.ok("open", "o", "drivermanager", "jdbc:sqlite:" + db);
      other.say("sql", "o", "PRAGMA journal_mode=WAL");
      other.ok("sql", "o", "INSERT INTO t(x) VALUES ('of the other')");
      assertEquals("ok", driver.open(app, "a", db));
      assertEquals(Integer.toString(ROWS + 1), app.say("sql", "a", "SELECT count(*) FROM t"));
      assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
      other.ok("sql", "o", "INSERT INTO t(x) VALUES ('after it')");
    }
    assertEquals(ROWS + 2, Databases.rows(db));
  }

  /** androidx offers none. */
  @Test
  void whatAnotherProcessUsesIsNotCopiedWithAndroidx() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, ROWS);
    DriverPrograms.Driver driver = DriverPrograms.bundled();
    try (var other = GuardedJvm.jvm().unguarded().start();
        var app = driver.start("")) {
      other.ok("open", "o", "drivermanager", "jdbc:sqlite:" + db);
      other.say("sql", "o", "PRAGMA journal_mode=WAL");
      other.ok("sql", "o", "INSERT INTO t(x) VALUES ('of the other')");
      assertEquals("ok", driver.open(app, "a", db));
      assertEquals(Integer.toString(ROWS + 1), app.say("sql", "a", "SELECT count(*) FROM t"));
      assertFalse(Files.exists(Databases.beside(db, ".bak")));
      var ended = app.end("return");
      assertTrue(
          ended.guardLines().get(0).contains("can't copy it online"), ended.errors().toString());
      other.ok("sql", "o", "INSERT INTO t(x) VALUES ('after it')");
    }
    assertEquals(ROWS + 2, Databases.rows(db));
  }

  /** It works on a copy in memory: a damaged file may lie there as long as it likes. */
  @Test
  void sqlite4jIsLeftAloneWithOneLine() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, ROWS);
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    DriverPrograms.Driver driver = DriverPrograms.sqlite4j();
    try (var app = driver.start("on-unrecoverable=refuse")) {
      for (String name : List.of("a", "b")) {
        assertEquals("ok", driver.open(app, name, db));
        assertEquals("1", app.say("sql", name, "SELECT min(id) FROM t"));
      }
      assertEquals("ok", app.say("sql", "a", "DELETE FROM t WHERE id = 1"));
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(
          List.of("sqlguard: " + db + ": not guarded: its driver works on a copy in memory"),
          ended.guardLines());
    }
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertEquals(List.of("app.db"), Databases.filesOf(db));
    assertFalse(Files.exists(Databases.beside(db, ".sqlguard")));
  }
}
