package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The four promises, on every JDK found, through every usual way to open a database. */
class FirstTestPlanIT {
  @TempDir Path directory;

  static Stream<Arguments> everywhere() throws Exception {
    List<Arguments> all = new ArrayList<>();
    for (Path java : GuardedJvm.javas()) {
      for (String how : List.of("drivermanager", "datasource", "hikari")) {
        all.add(Arguments.of(java, how));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void startAndStopChangeNothingVisible(Path java, String how) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 500);
    byte[] before = Files.readAllBytes(db);
    var without = openAndCount(GuardedJvm.jvm().unguarded().java(java), how, db);
    var with = openAndCount(GuardedJvm.jvm().java(java), how, db);
    assertEquals(0, with.exitCode());
    assertEquals(List.of("ok", "500"), with.output());
    assertEquals(without.errors(), with.otherErrors());
    assertArrayEquals(before, Files.readAllBytes(db));
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
  }

  private static GuardedJvm.Ended openAndCount(GuardedJvm jvm, String how, Path db)
      throws Exception {
    try (var app = jvm.start()) {
      app.ok("open", "a", how, "jdbc:sqlite:" + db);
      app.say("sql", "a", "SELECT count(*) FROM t");
      return app.end("return");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void walIsEmptyAfterStop(Path java, String how) throws Exception {
    Path db = directory.resolve("app.db");
    Path wal = Databases.beside(db, "-wal");
    try (var app = GuardedJvm.jvm().java(java).start()) {
      app.ok("open", "a", how, "jdbc:sqlite:" + db);
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "a", "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('kept')");
      assertTrue(Files.size(wal) > 0);
      app.terminate();
    }
    assertTrue(!Files.exists(wal) || Files.size(wal) == 0);
    Files.deleteIfExists(wal);
    assertEquals(1, Databases.rows(db));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void threeStartsGiveExactlyTwoBackups(Path java, String how) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 500);
    for (int start = 0; start < 3; start++) {
      try (var app = GuardedJvm.jvm().java(java).start()) {
        app.ok("open", "a", how, "jdbc:sqlite:" + db);
        app.ok("sql", "a", "INSERT INTO t(x) VALUES ('start')");
        app.end("return");
      }
    }
    assertEquals(List.of("app.db", "app.db.bak", "app.db.bak.1"), Databases.filesOf(db));
    assertEquals(502, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(500, Databases.rows(Databases.beside(db, ".bak.1")));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void damagedDatabaseIsRecovered(Path java, String how) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 500);
    try (var app = GuardedJvm.jvm().java(java).start()) {
      app.ok("open", "a", how, "jdbc:sqlite:" + db);
      app.end("return");
    }
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    assertFalse(Databases.isIntact(db));
    try (var app = GuardedJvm.jvm().java(java).start()) {
      app.ok("open", "a", how, "jdbc:sqlite:" + db);
      assertEquals("ok", app.say("sql", "a", "PRAGMA integrity_check"));
      assertEquals("500", app.say("sql", "a", "SELECT count(*) FROM t"));
      app.end("return");
    }
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
  }
}
