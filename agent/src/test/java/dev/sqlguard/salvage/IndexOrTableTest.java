package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Orphans without rowids are entries of indexes, or rows that must not be lost. */
class IndexOrTableTest {
  private static final int ROWS = 3000;
  private static final String SERIES =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ROWS + ") ";
  private static final List<String> WITHOUT_ROWID = List.of("setting", "pair", "number");

  @TempDir Path directory;
  private Path file;
  private TableDump before;

  @BeforeEach
  void make() throws Exception {
    file = directory.resolve("app.db");
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(
          db,
          "PRAGMA page_size = 1024",
          "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, credit INTEGER, note TEXT)",
          "CREATE TABLE setting(k TEXT PRIMARY KEY, v) WITHOUT ROWID",
          "CREATE TABLE pair(a INTEGER, b TEXT, c, PRIMARY KEY(a, b)) WITHOUT ROWID",
          "CREATE TABLE number(k TEXT PRIMARY KEY, v INTEGER) WITHOUT ROWID",
          "CREATE INDEX by_expression ON person(lower(name))",
          "CREATE INDEX by_part ON person(name) WHERE credit % 2",
          "CREATE INDEX by_two ON person(credit, name)",
          SERIES
              + "INSERT INTO person SELECT i, 'Name ' || (i * 7919 % 500) || ' X', i % 91,"
              + " printf('%.*c', 40, 'x') FROM n",
          SERIES + "INSERT INTO setting SELECT 'option ' || i, i * 1.5 FROM n",
          SERIES + "INSERT INTO pair SELECT i / 3, 'b ' || i, i FROM n",
          SERIES + "INSERT INTO number SELECT 'number ' || i, i FROM n");
    }
    before = TableDump.of(file);
  }

  /** The rows of a tree's interior pages are lost with its root. */
  private int zeroRoot(DamagedImage image, String name) throws Exception {
    int root = DamagedImage.root(file, name);
    int lost = image.type(root) == 2 ? image.cells(root) : 0;
    image.zero(root);
    return lost;
  }

  @Test
  void entriesOfIndexesWithoutRootAreNowhere() throws Exception {
    DamagedImage image = new DamagedImage(file);
    for (String index : List.of("by_expression", "by_part", "by_two")) {
      zeroRoot(image, index);
    }
    int lost = zeroRoot(image, "pair") + zeroRoot(image, "setting");
    image.write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(List.of(), salvaged.quarantined());
    assertEquals(2 * ROWS - lost, salvaged.rows("pair").size() + salvaged.rows("setting").size());
    assertEquals(before.tables().get("person"), salvaged.rows("person"));
  }

  @Test
  void entriesWhoseRowsAreLostAreNowhere() throws Exception {
    DamagedImage image = new DamagedImage(file);
    for (String index : List.of("by_expression", "by_part", "by_two")) {
      zeroRoot(image, index);
    }
    zeroRoot(image, "pair");
    int root = DamagedImage.root(file, "person");
    for (int child = 0; child < image.cells(root); child += 2) {
      image.zero(image.child(root, child));
    }
    image.write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(List.of(), salvaged.quarantined());
  }

  @ParameterizedTest
  @ValueSource(strings = {"setting", "pair", "number"})
  void rowsThatMayBeEntriesAreNeverDropped(String table) throws Exception {
    DamagedImage image = new DamagedImage(file);
    for (String index : List.of("by_expression", "by_part", "by_two")) {
      zeroRoot(image, index);
    }
    int lost = zeroRoot(image, table);
    image.write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(ROWS - lost, salvaged.rows(table).size() + salvaged.quarantined().size());
  }

  @Test
  void withoutASchemaExpressionsAreKnownByTheirRows() throws Exception {
    DamagedImage image = new DamagedImage(file);
    image.zero(1).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    List<String> tables =
        salvaged.dump().tables().keySet().stream().filter(Salvaged::isQuarantine).toList();
    assertEquals(1 + WITHOUT_ROWID.size(), tables.size());
    for (String table : tables) {
      assertTrue(salvaged.rows(table).size() == ROWS, table);
    }
  }
}
