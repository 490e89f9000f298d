package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import org.junit.jupiter.params.provider.ValueSource;

/** When the JVM ends, however it ends, the write-ahead log is folded in; never at any cost. */
class ExitIT {
  private static final int ROWS = 50;

  @TempDir Path temporary;
  private Path db;
  private Path wal;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    wal = Databases.beside(db, "-wal");
    Databases.create(db, ROWS);
  }

  /** An app with a connection in WAL mode and one committed row in the log. */
  private static GuardedJvm.Running leaky(GuardedJvm jvm, Path db) throws Exception {
    var app = jvm.start();
    app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
    app.say("sql", "a", "PRAGMA journal_mode=WAL");
    app.ok("sql", "a", "INSERT INTO t(x) VALUES ('late')");
    return app;
  }

  private static GuardedJvm.Ended end(GuardedJvm.Running app, String how) throws Exception {
    switch (how) {
      case "SIGTERM":
        return app.terminate();
      case "SIGINT":
        new ProcessBuilder("kill", "-INT", Long.toString(app.pid())).start().waitFor();
        return app.awaitEnd();
      case "exit":
        return app.end("exit", "3");
      default:
        return app.end(how);
    }
  }

  private void assertFolded(int rows) throws Exception {
    assertTrue(!Files.exists(wal) || Files.size(wal) == 0, "the log is folded in");
    Files.deleteIfExists(wal);
    assertEquals(rows, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"return", "exit", "throw", "SIGTERM", "SIGINT"})
  void foldsTheLogInHoweverTheJvmEnds(String how) throws Exception {
    Path twin = db.resolveSibling("twin.db");
    Files.copy(db, twin);
    var without = end(leaky(GuardedJvm.jvm().interruptible().unguarded(), twin), how);
    var with = end(leaky(GuardedJvm.jvm().interruptible(), db), how);
    assertFolded(ROWS + 1);
    assertEquals(without.exitCode(), with.exitCode());
    assertEquals(without.output(), with.output());
    assertEquals(without.errors(), with.otherErrors());
    assertTrue(Files.size(Databases.beside(twin, "-wal")) > 0, "without the guard it stays");
  }

  @ParameterizedTest
  @ValueSource(strings = {"halt", "SIGKILL", "-Xrs"})
  void runsNothingWhereTheJvmRunsNoHooksAndTheNextStartCopes(String how) throws Exception {
    GuardedJvm jvm = GuardedJvm.jvm();
    var app = leaky(how.equals("-Xrs") ? jvm.jvmArguments("-Xrs") : jvm, db);
    if (how.equals("halt")) {
      app.end("halt", "0");
    } else if (how.equals("-Xrs")) {
      app.terminate();
    } else {
      app.kill();
    }
    assertTrue(Files.size(wal) > 0);
    try (var next = GuardedJvm.jvm().start()) {
      next.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      next.end("return");
    }
    assertFolded(ROWS + 1);
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void rowsOfTheApplicationsOwnHookAreFoldedInToo() throws Exception {
    var app = leaky(GuardedJvm.jvm(), db);
    app.ok("hook", "a", "INSERT INTO t(x) VALUES ('in the hook')");
    app.terminate();
    assertFolded(ROWS + 2);
  }

  @Test
  void anApplicationThatClosedEverythingHearsNothing() throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    try (var app = GuardedJvm.jvm().options("backups=0").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('late')");
      app.ok("close", "a");
      byte[] closed = Files.readAllBytes(db);
      assertEquals(List.of(), app.end("return").guardLines());
      assertArrayEquals(closed, Files.readAllBytes(db));
    }
  }

  @Test
  void everyLeakedDatabaseIsFoldedInHoweverItWasNamed() throws Exception {
    Path link = Files.createSymbolicLink(db.resolveSibling("link.db"), db);
    Path relative = db.resolveSibling("relative.db");
    Path byUri = db.resolveSibling("by uri.db");
    Path fresh = db.resolveSibling("fresh.db");
    Databases.create(relative, ROWS);
    Databases.create(byUri, ROWS);
    List<String> urls =
        List.of(
            link.toString(),
            "relative.db",
            "file:" + byUri.toString().replace(" ", "%20") + "?cache=private",
            fresh.toString());
    try (var app = GuardedJvm.jvm().directory(db.getParent()).start()) {
      for (String url : urls) {
        app.ok("open", url, "datasource", "jdbc:sqlite:" + url);
        app.say("sql", url, "PRAGMA journal_mode=WAL");
        app.ok("sql", url, "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, x TEXT)");
        app.ok("sql", url, "INSERT INTO t(x) VALUES ('late')");
      }
      app.terminate();
    }
    for (Path file : List.of(db, relative, byUri, fresh)) {
      Path log = Databases.beside(file, "-wal");
      assertTrue(!Files.exists(log) || Files.size(log) == 0, file.toString());
      Files.deleteIfExists(log);
      assertEquals(file.equals(fresh) ? 1 : ROWS + 1, Databases.rows(file), file.toString());
    }
  }

  @Test
  void anOldSnapshotThatIsStillReadKeepsTheLogAndLosesNothing() throws Exception {
    var app = leaky(GuardedJvm.jvm(), db);
    app.ok("open", "reader", "drivermanager", "jdbc:sqlite:" + db);
    app.ok("sql", "reader", "BEGIN");
    assertEquals("51", app.say("sql", "reader", "SELECT count(*) FROM t"));
    app.ok("sql", "a", "INSERT INTO t(x) VALUES ('after the snapshot')");
    app.terminate();
    assertEquals(ROWS + 2, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void aWriterThatGoesOnIsNotWaitedForForEver() throws Exception {
    var app = leaky(GuardedJvm.jvm().options("exit-timeout=3s"), db);
    app.ok("writer", "a", "INSERT INTO t(x) VALUES ('on and on')");
    long start = System.nanoTime();
    app.terminate();
    assertTrue(System.nanoTime() - start < 30_000_000_000L);
    assertTrue(Databases.rows(db) > ROWS);
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void aTransactionOfAnotherProcessIsLeftInPeace() throws Exception {
    try (var other = leaky(GuardedJvm.jvm().unguarded(), db)) {
      other.ok("sql", "a", "BEGIN IMMEDIATE");
      other.ok("sql", "a", "INSERT INTO t(x) VALUES ('of the other')");
      try (var app = GuardedJvm.jvm().options("exit-timeout=1s").start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        assertEquals("51", app.say("sql", "a", "SELECT count(*) FROM t"));
        long start = System.nanoTime();
        assertEquals(143, app.terminate().exitCode());
        assertTrue(System.nanoTime() - start < 30_000_000_000L);
      }
      other.ok("sql", "a", "COMMIT");
      assertEquals("52", other.say("sql", "a", "SELECT count(*) FROM t"));
    }
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void aPathThatLeadsToAnotherFileNowIsLeftAlone() throws Exception {
    Path other = db.resolveSibling("other.db");
    Databases.create(other, 7);
    leaky(GuardedJvm.jvm().unguarded(), other).kill();
    byte[] otherLog = Files.readAllBytes(Databases.beside(other, "-wal"));
    byte[] otherMain = Files.readAllBytes(other);
    try (var app = leaky(GuardedJvm.jvm(), db)) {
      Files.move(db, db.resolveSibling("moved.db"));
      Files.move(wal, db.resolveSibling("moved.db-wal"));
      Files.move(other, db);
      Files.move(Databases.beside(other, "-wal"), wal);
      app.terminate();
    }
    assertArrayEquals(otherMain, Files.readAllBytes(db));
    assertArrayEquals(otherLog, Files.readAllBytes(wal));
    assertEquals(ROWS + 1, Databases.rows(db.resolveSibling("moved.db")));
  }

  @Test
  void aPathThatVanishedIsNotMadeAgain() throws Exception {
    try (var app = leaky(GuardedJvm.jvm(), db)) {
      Files.delete(db);
      app.terminate();
    }
    assertFalse(Files.exists(db));
  }

  @Test
  void aDatabaseOpenedReadOnlyIsNotWrittenTo() throws Exception {
    leaky(GuardedJvm.jvm().unguarded(), db).kill();
    byte[] log = Files.readAllBytes(wal);
    byte[] main = Files.readAllBytes(db);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:file:" + db + "?mode=ro");
      assertEquals("51", app.say("sql", "a", "SELECT count(*) FROM t"));
      app.terminate();
    }
    assertArrayEquals(main, Files.readAllBytes(db));
    assertArrayEquals(log, Files.readAllBytes(wal));
  }

  @Test
  void aDatabaseLeftDamagedIsNotFoldedInto() throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    Databases.addRows(db, 500);
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    try (var app = GuardedJvm.jvm().options("on-damage=report").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "CREATE TABLE other(a)");
      app.terminate();
    }
    assertTrue(Files.size(wal) > 0);
    assertArrayEquals(damaged, Files.readAllBytes(db));
  }

  @Test
  void withoutAnyCheckTheLogIsStillFoldedIn() throws Exception {
    leaky(GuardedJvm.jvm().options("check=off"), db).terminate();
    assertFolded(ROWS + 1);
    assertFalse(Files.exists(Databases.beside(db, ".sqlguard")));
  }
}
