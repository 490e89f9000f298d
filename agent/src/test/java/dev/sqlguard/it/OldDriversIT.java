package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How drivers of several ages read a name. */
class OldDriversIT {
  @TempDir Path directory;

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
