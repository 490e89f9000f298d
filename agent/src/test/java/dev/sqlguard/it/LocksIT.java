package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An open never takes away a lock that the application holds through another connection. */
class LocksIT {
  private static final int SQLITE_BUSY = 5;

  @TempDir Path directory;

  static void isRefusedToOthers(Path db) throws Exception {
    assertFalse(canWrite(db), "another process may write to " + db);
  }

  private static boolean canWrite(Path db) throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA busy_timeout=0");
      statement.execute("BEGIN IMMEDIATE");
      return true;
    } catch (SQLException e) {
      assertEquals(SQLITE_BUSY, e.getErrorCode() & 0xff, e.getMessage());
      return false;
    }
  }

  /** Of the main file and the shared memory: a WAL connection holds locks on both. */
  static List<String> locks(GuardedJvm.Running app, Path db) throws Exception {
    List<String> all = new ArrayList<>(KernelView.locks(app.pid(), db));
    Path shm = Databases.beside(db, "-shm");
    if (Files.exists(shm)) {
      KernelView.locks(app.pid(), shm).forEach(lock -> all.add("shm " + lock));
    }
    return all;
  }

  /** The kernel joins neighbouring locks of a process: {@code WRITE 120 121} covers both. */
  private static boolean covers(String lock, String part) {
    String[] whole = lock.split(" ");
    String[] piece = part.split(" ");
    int last = whole.length - 1;
    return whole.length == piece.length
        && whole[last - 2].equals(piece[last - 2])
        && Long.parseLong(whole[last - 1]) <= Long.parseLong(piece[last - 1])
        && Long.parseLong(whole[last]) >= Long.parseLong(piece[last]);
  }

  /** Opens again while {@code a} is in a transaction, and ends the transaction. */
  private static void opensAgain(GuardedJvm.Running app, Path db, String... urls) throws Exception {
    List<String> before = locks(app, db);
    assertFalse(before.isEmpty());
    isRefusedToOthers(db);
    List<String> hows = List.of("drivermanager", "datasource", "hikari");
    for (int i = 0; i < urls.length; i++) {
      app.ok("open", "again" + i, hows.get(i % hows.size()), "jdbc:sqlite:" + urls[i]);
      assertTrue(locks(app, db).containsAll(before), urls[i]);
      isRefusedToOthers(db);
    }
    app.ok("sql", "a", "INSERT INTO t(x) VALUES ('kept')");
    isRefusedToOthers(db);
    app.ok("sql", "a", "COMMIT");
  }

  private String[] manyNames(Path db) throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), db);
    Path hard = Files.createLink(directory.resolve("hard.db"), db);
    return new String[] {
      db.toString(),
      directory + "/./" + db.getFileName(),
      db.toString(),
      "file:" + db,
      link.toString(),
      hard.toString(),
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void anAbsentFileIsOpenedAgainDuringATransaction(String mode) throws Exception {
    Path db = directory.resolve("new.db");
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(mode, app.say("sql", "a", "PRAGMA journal_mode=" + mode));
      app.ok("sql", "a", "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      opensAgain(app, db, db.toString(), db.toString(), "file:" + db);
      app.end("return");
    }
    assertEquals(1, Databases.rows(db));
  }

  @Test
  void anAbsentFileIsOpenedAgainBeforeAnythingIsWrittenToIt() throws Exception {
    Path db = directory.resolve("new.db");
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      app.ok("sql", "a", "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      opensAgain(app, db, manyNames(db));
      app.end("return");
    }
    assertEquals(1, Databases.rows(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void aRepairedFileIsOpenedAgainDuringATransaction(String mode) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 500);
    Databases.execute(db, "PRAGMA journal_mode=" + mode);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    Databases.damage(db, "t", 2);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(mode, app.say("sql", "a", "PRAGMA journal_mode"));
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      opensAgain(app, db, manyNames(db));
      app.end("return");
    }
    assertTrue(Files.exists(Databases.beside(db, ".corrupt")));
    assertEquals(501, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void anAttachedFileIsOpenedByItselfDuringATransactionOnIt(String mode) throws Exception {
    Path db = directory.resolve("b.db");
    Databases.create(db, 50);
    Databases.execute(db, "PRAGMA journal_mode=" + mode);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + directory.resolve("a.db"));
      app.ok("sql", "a", "ATTACH '" + db + "' AS b");
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      app.ok("sql", "a", "INSERT INTO b.t(x) VALUES ('kept')");
      opensAgain(app, db, db.toString(), db.toString());
      app.end("return");
    }
    assertEquals(52, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
    assertEquals(50, Databases.rows(Databases.beside(db, ".bak")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void aDamagedAttachedFileIsOnlyReportedUnderWhateverName(String mode) throws Exception {
    Path db = directory.resolve("b.db");
    Databases.create(db, 2000);
    Databases.execute(db, "PRAGMA journal_mode=" + mode);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    Databases.damage(db, "t", 2);
    Object inode = Files.getAttribute(db, "unix:ino");
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + directory.resolve("a.db"));
      app.ok("sql", "a", "ATTACH '" + db + "' AS b");
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      app.ok("sql", "a", "CREATE TABLE b.other(x)");
      List<String> before = locks(app, db);
      for (String name : manyNames(db)) {
        app.ok("open", name, "drivermanager", "jdbc:sqlite:" + name);
        assertEquals(before, locks(app, db), name);
        isRefusedToOthers(db);
      }
      app.ok("sql", "a", "COMMIT");
      app.end("return");
    }
    assertEquals(inode, Files.getAttribute(db, "unix:ino"));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void aHealthyFileIsOpenedUnderItsOtherNamesDuringATransaction(String mode) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 50);
    Databases.execute(db, "PRAGMA journal_mode=" + mode);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      opensAgain(app, db, manyNames(db));
      app.end("return");
    }
    assertEquals(51, Databases.rows(db));
  }

  /** Until the kernel takes the process apart, with all of its locks at once. */
  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void theWorkAtExitLeavesATransactionItsLocks(String mode) throws Exception {
    Path db = directory.resolve("app.db");
    Path idle = directory.resolve("idle.db");
    for (Path each : List.of(db, idle)) {
      Databases.create(each, 50);
      Databases.execute(each, "PRAGMA journal_mode=" + mode);
    }
    try (var app = GuardedJvm.jvm().options("exit-timeout=1s").start()) {
      app.ok("open", "idle", "drivermanager", "jdbc:sqlite:" + idle);
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok(
          "open",
          "b",
          "drivermanager",
          "jdbc:sqlite:" + Files.createLink(db.resolveSibling("hard.db"), db));
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('committed')");
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('never committed')");
      List<String> before = locks(app, db);
      app.tell("exit", "0");
      int looks = 0;
      while (true) {
        List<String> now = locks(app, db);
        boolean letIn = canWrite(db);
        if (KernelView.isExiting(app.pid())) {
          break;
        }
        looks++;
        for (String lock : before) {
          assertTrue(
              now.stream().anyMatch(other -> covers(other, lock)), () -> before + ", then " + now);
        }
        assertFalse(letIn, "another process may write to " + db);
      }
      assertTrue(looks > 0);
      app.awaitEnd();
    }
    assertEquals(51, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void aReadTransactionOfAReadOnlyConnectionOutlivesTheFirstOpenForWriting() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 50);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db + "?open_mode=1");
      app.ok("sql", "a", "BEGIN");
      assertEquals("50", app.say("sql", "a", "SELECT count(*) FROM t"));
      List<String> before = locks(app, db);
      assertFalse(Files.exists(Databases.beside(db, ".bak")));
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(before, locks(app, db));
      app.end("return");
    }
    assertEquals(50, Databases.rows(Databases.beside(db, ".bak")));
  }
}
