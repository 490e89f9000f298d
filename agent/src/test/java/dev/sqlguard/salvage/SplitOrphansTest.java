package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subtrees that belong nowhere as a whole. */
class SplitOrphansTest {
  private static final int PAGE = 512;
  private static final int ROWS = 2000;

  @TempDir Path directory;

  @Test
  void rowsOnInteriorPagesAreInQuarantineLikeThoseBelow() throws Exception {
    Path file = directory.resolve("app.db");
    List<Integer> roots;
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, "PRAGMA page_size = " + PAGE);
      for (String table : List.of("a", "b")) {
        WrittenDatabase.run(
            db,
            "CREATE TABLE " + table + "(k TEXT PRIMARY KEY, v) WITHOUT ROWID",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                + ROWS
                + ") INSERT INTO "
                + table
                + " SELECT printf('key %06d', i), 'a value of some length' FROM n");
      }
      roots =
          WrittenDatabase.text(db, "SELECT rootpage FROM sqlite_schema ORDER BY name")
              .lines()
              .map(Integer::valueOf)
              .toList();
    }
    int lost = 0;
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      for (int root : roots) {
        long at = (root - 1L) * PAGE;
        bytes.seek(at + 3);
        lost += bytes.readShort();
        bytes.seek(at);
        bytes.write(new byte[PAGE]);
      }
    }
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(2 * ROWS - lost, salvaged.quarantined().size());
  }
}
