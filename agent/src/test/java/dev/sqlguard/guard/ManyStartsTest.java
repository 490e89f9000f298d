package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sqlguard.store.Disk;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database in its second year: what the guard remembers of it must not fill up. */
class ManyStartsTest {
  private static final int TABLES = 220;
  private static final int STARTS = 210;

  @TempDir Path directory;

  @Test
  void everyStartIsBackedUp() throws Exception {
    Path db = directory.resolve("app.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      for (int i = 0; i < TABLES; i++) {
        String name = "Prüfmaß der größten Übergabemenge für Straße Nr. " + i;
        statement.execute("CREATE TABLE \"" + name + "\"(x)");
      }
      connection.commit();
    }
    for (int i = 1; i <= STARTS; i++) {
      CrashTest.execute(db, "INSERT INTO t(x) VALUES ('start')");
      CrashTest.start(db, new Disk());
      assertEquals(i, CrashTest.rows(Path.of(db + ".bak")));
    }
  }
}
