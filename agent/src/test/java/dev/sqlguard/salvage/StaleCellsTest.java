package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cells that aren't rows any more and still stand on a page: the pages' headers are lost, which is
 * what tells the ones from the others.
 */
class StaleCellsTest {
  private static final int INTERIOR = 5;
  private static final int LEAF = 13;
  private static final int ROWS = 400;

  /**
   * Everything that the header of an interior page has, and what it says of it without the rest.
   */
  private static final int HEADER = 12;

  @TempDir Path directory;
  private Path file;
  private Path backup;

  @BeforeEach
  void name() {
    file = directory.resolve("app.db");
    backup = directory.resolve("backup.db");
  }

  private static String series(int from, int to) {
    return "WITH RECURSIVE n(i) AS (SELECT "
        + from
        + " UNION ALL SELECT i + 1 FROM n WHERE i < "
        + to
        + ") ";
  }

  /** One by one, so that the root is a leaf at first. */
  private static void grow(Connection db, String table, int rows) throws Exception {
    WrittenDatabase.run(
        db,
        "CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, x TEXT)",
        series(1, rows) + "INSERT INTO " + table + " SELECT i, printf('%0100d', i) FROM n");
  }

  private List<String> grown() throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      grow(db, "t", ROWS);
    }
    Files.copy(file, backup);
    return TableDump.of(file).tables().get("t");
  }

  private static void destroy(DamagedImage image, int page, int count) {
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      image.put(image.at(page) + i, random.nextInt(256));
    }
  }

  /**
   * Of rows 1 to 30 or so an older version stands on the root page; the last bytes of 1 are new.
   */
  private void assertOldCells(int root) throws Exception {
    DamagedImage image = new DamagedImage(file);
    assertEquals(INTERIOR, image.type(root));
    int at = image.find("0".repeat(98) + "10");
    assertEquals(root, at / (image.at(3) - image.at(2)) + 1, "the first copy is the root's");
  }

  private void assertEveryRow(List<String> right, Salvaged salvaged) throws Exception {
    assertEquals(List.of(), salvaged.findings());
    assertEquals(right, salvaged.rows("t"));
    assertEquals(List.of(), salvaged.quarantined());
    assertEquals(0, salvaged.outcome("t").fromBackup());
    assertEquals(1, salvaged.report().damagedPages());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 8, HEADER, 40, 512})
  void aRootThatWasALeafOnce(int destroyed) throws Exception {
    List<String> right = grown();
    int root = DamagedImage.root(file, "t");
    assertOldCells(root);
    DamagedImage image = new DamagedImage(file);
    destroy(image, root, destroyed);
    image.write();
    assertEveryRow(right, Salvaged.of(file));
    assertEveryRow(right, Salvaged.with(backup, file));
  }

  @Test
  void aRootThatWasALeafOnceAndSaysSoAgain() throws Exception {
    List<String> right = grown();
    int root = DamagedImage.root(file, "t");
    DamagedImage image = new DamagedImage(file);
    image.put(image.at(root), LEAF).write();
    assertEveryRow(right, Salvaged.of(file));
    assertEveryRow(right, Salvaged.with(backup, file));
  }

  @Test
  void aLeafThatSaysItIsAnInteriorPage() throws Exception {
    List<String> right = grown();
    DamagedImage image = new DamagedImage(file);
    int root = DamagedImage.root(file, "t");
    image.put(image.at(image.child(root, 2)), INTERIOR).write();
    assertEveryRow(right, Salvaged.of(file));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 8, HEADER})
  void rowsThatWereChangedOrDeletedSince(int destroyed) throws Exception {
    List<String> before = grown();
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(
          db, "UPDATE t SET x = 'new' || id WHERE id < 20", "DELETE FROM t WHERE id IN (5, 6, 7)");
    }
    List<String> right = TableDump.of(file).tables().get("t");
    int root = DamagedImage.root(file, "t");
    DamagedImage image = new DamagedImage(file);
    destroy(image, root, destroyed);
    image.write();
    assertEquals(right, Salvaged.of(file).rows("t"));
    assertEquals(right, Salvaged.with(backup, file).rows("t"));
    assertNotEquals(before, right);
  }

  /** Nobody can tell whose the leaves are: better none than old ones. */
  @Test
  void twoRootsThatWereLeavesOnce() throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      grow(db, "t", ROWS);
      grow(db, "u", ROWS);
      WrittenDatabase.run(db, "UPDATE t SET x = 't' || id", "UPDATE u SET x = 'u' || id");
    }
    TableDump right = TableDump.of(file);
    int t = DamagedImage.root(file, "t");
    int u = DamagedImage.root(file, "u");
    DamagedImage image = new DamagedImage(file);
    destroy(image, t, HEADER);
    destroy(image, u, HEADER);
    image.write();
    Salvaged salvaged = Salvaged.of(file);
    for (String table : List.of("t", "u")) {
      assertTrue(right.tables().get(table).containsAll(salvaged.rows(table)), table);
    }
  }

  /** Its cells are told by the array of pointers to them, whatever the header says of it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 8})
  void aLeafWithFormerRows(int destroyed) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      grow(db, "t", 30);
      WrittenDatabase.run(
          db,
          "UPDATE t SET x = x || 'longer' WHERE id BETWEEN 10 AND 12",
          "DELETE FROM t WHERE id IN (4, 29)");
    }
    List<String> right = TableDump.of(file).tables().get("t");
    int root = DamagedImage.root(file, "t");
    DamagedImage image = new DamagedImage(file);
    assertEquals(LEAF, image.type(root));
    destroy(image, root, destroyed);
    image.write();
    assertEquals(right, Salvaged.of(file).rows("t"));
  }

  /** The rows that have moved to another leaf are that one's. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 8, 40, 100})
  void aLeafThatWasSplit(int destroyed) throws Exception {
    List<String> right = grown();
    DamagedImage image = new DamagedImage(file);
    int root = DamagedImage.root(file, "t");
    destroy(image, image.child(root, 1), destroyed);
    image.write();
    assertEveryRow(right, Salvaged.of(file));
    assertEveryRow(right, Salvaged.with(backup, file));
  }

  /** Of sqlite_schema: what was dropped stays dropped. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, HEADER})
  void theRootOfTheSchema(int destroyed) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      for (int i = 0; i < 90; i++) {
        WrittenDatabase.run(
            db,
            "CREATE TABLE t" + i + "(id INTEGER PRIMARY KEY, x TEXT, comment TEXT)",
            "INSERT INTO t" + i + " VALUES (1, 'of " + i + "', 'none')");
      }
      WrittenDatabase.run(db, "DROP TABLE t3", "DROP TABLE t17", "ALTER TABLE t5 RENAME TO other");
    }
    TableDump right = TableDump.of(file);
    DamagedImage image = new DamagedImage(file);
    assertEquals(INTERIOR, image.u8(100));
    Random random = new Random(destroyed);
    for (int i = 0; i < destroyed; i++) {
      image.put(100 + i, random.nextInt(256));
    }
    image.write();
    assertEquals(right.tables(), Salvaged.of(file).dump().tables());
  }
}
