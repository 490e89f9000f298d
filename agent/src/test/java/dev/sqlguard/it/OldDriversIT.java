package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How drivers of several ages read a name. */
class OldDriversIT {
  @TempDir Path directory;

  /** As far back as they can be interrupted at all: 3.7.2 waits for its own statement. */
  @ParameterizedTest
  @ValueSource(strings = {"3.21.0", "3.36.0"})
  void areStoppedWhereACheckTakesTooLong(String version) throws Exception {
    Path db = directory.resolve("app.db");
    HostileFile.SLOW_INDEX.make(db);
    try (var app = Drivers.jvm(version).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("4000", app.say("sql", "a", "SELECT count(*) FROM t NOT INDEXED"));
      var lines = app.end("return").guardLines();
      assertEquals(1, lines.size(), lines::toString);
      assertTrue(lines.get(0).contains("SQLite was stopped after 10 s"), lines.get(0));
    }
    assertEquals(List.of("app.db"), Databases.filesOf(db));
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
