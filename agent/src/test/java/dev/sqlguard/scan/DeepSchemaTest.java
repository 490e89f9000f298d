package dev.sqlguard.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A schema so large that its b-tree has interior pages below the root. */
class DeepSchemaTest {
  private static final int TABLES = 300;

  @TempDir private Path folder;

  @Test
  void severalThreadsReadAllOfItBeforeTheTables() throws Exception {
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < TABLES; i++) {
      names.add("t" + i);
    }
    Path image = folder.resolve("deep.db");
    create(image, names);
    ScanReport report = Scan.of(image, 3, (pages, total) -> {});
    assertEquals(List.of(), report.suspicions());
    assertEquals(names, report.rows().keySet());
    assertEquals(
        Scan.of(image, 1, (pages, total) -> {}).schemaHash(),
        report.schemaHash(),
        "the hash doesn't depend on the threads");
  }

  private static void create(Path image, Set<String> names) throws SQLException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + image);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA page_size=512");
      statement.execute("BEGIN");
      for (String name : names) {
        statement.execute("CREATE TABLE " + name + "(a, b DEFAULT 'some text for the schema')");
      }
      statement.execute("COMMIT");
    }
  }
}
