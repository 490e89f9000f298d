package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drivers of class-file versions 5 to 8, with the {@code open} methods of their times. */
class OldDriversIT {
  /** Before SQLite 3.8.8 a checkpoint leaves the length of the WAL as it is. */
  private static final String CANNOT_TRUNCATE = "3.7.2";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"3.7.2", "3.8.11.2", "3.21.0", "3.28.0", "3.36.0"})
  void areGuardedFromOpenToExit(String version) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 500);
    GuardedJvm jvm = Drivers.jvm(version);

    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      assertTrue(Files.size(Databases.beside(db, "-wal")) > 0);
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(List.of(), ended.otherErrors());
      assertFalse(ended.errors().toString().contains("not folded in"), ended.errors().toString());
    }
    Path wal = Databases.beside(db, "-wal");
    if (!version.equals(CANNOT_TRUNCATE)) {
      assertTrue(!Files.exists(wal) || Files.size(wal) == 0);
    }
    Files.deleteIfExists(wal);
    Files.deleteIfExists(Databases.beside(db, "-shm"));
    assertEquals(501, Databases.rows(db));
    assertEquals(500, Databases.rows(Databases.beside(db, ".bak")));

    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    assertFalse(Databases.isIntact(db));
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("ok", app.say("sql", "a", "PRAGMA integrity_check"));
      assertEquals("501", app.say("sql", "a", "SELECT count(*) FROM t"));
      assertEquals(0, app.end("return").exitCode());
    }
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
  }

  /** Only from 3.8 on a driver cuts the name off there, and knows the URI that avoids it. */
  @ParameterizedTest
  @ValueSource(strings = {"3.7.2", "3.8.11.2", "3.21.0", "3.28.0", "3.36.0"})
  void guardANameWithAQuestionMark(String version) throws Exception {
    Path db = directory.resolve("what?.db");
    Path plain = directory.resolve("plain");
    Databases.create(plain, 50);
    Files.move(plain, db);
    String url =
        version.equals(Drivers.OLDEST) ? db.toString() : "file:" + directory + "/what%3f.db";
    try (var app = Drivers.jvm(version).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + url);
      assertEquals("50", app.say("sql", "a", "SELECT count(*) FROM t"));
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('in the log')");
      var ended = app.end("return");
      assertFalse(ended.errors().toString().contains("not folded in"), ended.errors().toString());
    }
    assertEquals(50, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(51, Databases.rows(Files.copy(db, directory.resolve("main-alone.db"))));
  }
}
