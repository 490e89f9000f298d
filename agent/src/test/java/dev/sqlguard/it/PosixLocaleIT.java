package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers often run in the POSIX locale, in which Java has no umlauts; SQLite doesn't care. */
class PosixLocaleIT {
  @TempDir Path directory;

  @Test
  void aNameThatJavaCannotSpellIsOpenedAndNotPassedOverInSilence() throws Exception {
    Path db = directory.resolve("\u00fcml\u00e4ut.db");
    Databases.create(db, 30);
    var jvm = GuardedJvm.jvm().environment("LC_ALL", "POSIX").environment("LANG", "POSIX");
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      assertEquals("31", app.say("sql", "a", "SELECT count(*) FROM t"));
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    }
    assertEquals(31, Databases.rows(db));
  }
}
