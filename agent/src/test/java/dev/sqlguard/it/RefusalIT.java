package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
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
