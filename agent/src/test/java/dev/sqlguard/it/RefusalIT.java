package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An owner who would rather have no connection than one to a damaged database. */
class RefusalIT {
  @TempDir Path directory;

  private Path damaged() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 2000);
    Databases.damageBeyondRepair(db);
    return db;
  }

  private static void assertRefused(Path db, String answer) {
    assertTrue(answer.startsWith("error ") && answer.contains("SQLException"), answer);
    assertTrue(answer.contains(db.toString()), answer);
  }

  @Test
  void everyOpenOfTheFileIsRefusedUnderWhateverName() throws Exception {
    Path db = damaged();
    byte[] before = Files.readAllBytes(db);
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), db);
    GuardedJvm jvm = GuardedJvm.jvm().options("on-unrecoverable=refuse").directory(directory);
    try (var app = jvm.start()) {
      for (String name :
          List.of(
              db.toString(),
              db.toString(),
              link.toString(),
              "app.db",
              "file:" + db,
              "file:" + db + "?cache=private",
              directory + "/./app.db")) {
        assertRefused(db, app.say("open", "a", "drivermanager", "jdbc:sqlite:" + name));
      }
      assertRefused(db, app.say("open", "a", "datasource", "jdbc:sqlite:" + db));
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    }
    assertArrayEquals(before, Files.readAllBytes(db));
    assertEquals(List.of("app.db"), Databases.filesOf(db));
  }

  @Test
  void aReadOnlyOpenIsRefusedToo() throws Exception {
    Path db = damaged();
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      String url = "jdbc:sqlite:file:" + db + "?mode=ro";
      assertRefused(db, app.say("open", "a", "drivermanager", url));
      assertRefused(db, app.say("open", "b", "drivermanager", "jdbc:sqlite:" + db));
      assertRefused(db, app.say("open", "a", "drivermanager", url));
    }
  }

  @Test
  void otherDatabasesOpenBesideARefusedOne() throws Exception {
    Path db = damaged();
    Path other = directory.resolve("other.db");
    Databases.create(other, 5);
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      assertRefused(db, app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db));
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + other);
      assertEquals("5", app.say("sql", "b", "SELECT count(*) FROM t"));
    }
  }

  @Test
  void aFileThatWasReplacedByHandOpensWithoutARestart() throws Exception {
    Path good = directory.resolve("good.db");
    Databases.create(good, 7);
    Path db = damaged();
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      assertRefused(db, app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db));
      Files.delete(db);
      Files.move(good, db);
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("7", app.say("sql", "a", "SELECT count(*) FROM t"));
    }
  }

  @Test
  void aFileThatWasRepairedInPlaceOpensWithoutARestart() throws Exception {
    Path good = directory.resolve("good.db");
    Databases.create(good, 7);
    Path db = damaged();
    Object inode = Files.getAttribute(db, "unix:ino");
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      assertRefused(db, app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db));
      assertRefused(db, app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db));
      Files.write(db, Files.readAllBytes(good), StandardOpenOption.TRUNCATE_EXISTING);
      assertEquals(inode, Files.getAttribute(db, "unix:ino"));
      app.ok("open", "r", "drivermanager", "jdbc:sqlite:" + db + "?open_mode=1");
      assertEquals("7", app.say("sql", "r", "SELECT count(*) FROM t"));
      app.ok("close", "r");
      assertFalse(Files.exists(Databases.beside(db, ".bak")));
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("7", app.say("sql", "a", "SELECT count(*) FROM t"));
      app.end("return");
    }
    assertEquals(7, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void aFileWhoseLogWasPutBackOpensWithoutARestart() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 2000);
    try (var writer = GuardedJvm.jvm().unguarded().start()) {
      writer.ok("open", "w", "drivermanager", "jdbc:sqlite:" + db);
      writer.say("sql", "w", "PRAGMA journal_mode=WAL");
      writer.say("sql", "w", "PRAGMA wal_autocheckpoint=0");
      writer.ok("sql", "w", "UPDATE t SET x = 'new' || substr(x, 4)");
      writer.kill();
    }
    Path wal = Databases.beside(db, "-wal");
    Path elsewhere = Files.move(wal, directory.resolve("elsewhere"));
    Files.delete(Databases.beside(db, "-shm"));
    Databases.damage(db, "t", 2);
    String options = "on-unrecoverable=refuse,on-damage=report";
    try (var app = GuardedJvm.jvm().options(options).start()) {
      assertRefused(db, app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db));
      Files.move(elsewhere, wal);
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("2000", app.say("sql", "a", "SELECT count(*) FROM t WHERE x LIKE 'new%'"));
      app.end("return");
    }
    assertEquals(2000, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void aFileIsRepairedWithoutARestartOnceNobodyElseHasItOpen() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 2000);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    Databases.damage(db, "t", 2);
    try (var other = GuardedJvm.jvm().unguarded().start();
        var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      other.ok("open", "o", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("1", other.say("sql", "o", "SELECT id FROM t WHERE id = 1"));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      assertRefused(db, app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db));
      FileTime examined = Files.getLastModifiedTime(directory);
      while (Files.getLastModifiedTime(directory).equals(examined)) {
        assertTrue(System.nanoTime() < deadline, "is never examined again");
        assertRefused(db, app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db));
      }
      other.ok("close", "o");
      String answer = "";
      while (!answer.equals("ok") && System.nanoTime() < deadline) {
        answer = app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      }
      assertEquals("ok", answer);
      assertEquals("2000", app.say("sql", "a", "SELECT count(*) FROM t"));
      assertEquals(2, app.end("return").guardLines().size());
    }
    assertTrue(Databases.isIntact(db));
  }

  /** Only the first refusal costs a check. */
  @Test
  void aRefusedFileThatStaysAsItIsIsNotExaminedAgain() throws Exception {
    Path db = damaged();
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      for (int i = 0; i < 5; i++) {
        String how = i % 2 == 0 ? "drivermanager" : "datasource";
        assertRefused(db, app.say("open", "a", how, "jdbc:sqlite:" + db));
      }
      assertEquals(1, app.end("return").guardLines().size());
    }
  }

  @Test
  void whatCannotBeJudgedIsNotRefused() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    Databases.execute(
        db,
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX ix ON t(x COLLATE nowhere)'"
            + " WHERE name = 'ix'");
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
    }
  }
}
