package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A text index is derived data: that it disagrees with its content is no reason to go back. */
class TextIndexIT {
  @TempDir Path directory;

  @Test
  void rowsWrittenSinceTheBackupStayWhereOnlyATextIndexIsWrong() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.execute(
        db,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        "INSERT INTO t(x) VALUES ('before')",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "INSERT INTO f VALUES ('one'), ('two'), ('three')");
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "UPDATE t SET x = 'after'");
      app.ok("sql", "a", "UPDATE f_content SET c0 = 'other' WHERE id = 2");
      app.end("return");
    }
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("after", app.say("sql", "a", "SELECT x FROM t"));
      app.end("return");
    }
    assertEquals(List.of("1"), Databases.query(db, "SELECT count(*) FROM f WHERE f MATCH 'other'"));
    assertEquals(
        List.of("before"), Databases.query(Databases.beside(db, ".bak"), "SELECT x FROM t"));
  }
}
