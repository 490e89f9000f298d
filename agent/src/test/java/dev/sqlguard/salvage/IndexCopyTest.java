package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which indexes are copied, which are built, and that both come to the same. */
class IndexCopyTest {
  private static final String ROWS = TrapsTest.NUMBERS.formatted(600) + "INSERT INTO t ";

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("app.db");
  }

  private Path build(String... statements) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, statements);
    }
    return file;
  }

  private static Arguments of(String what, String... statements) {
    return Arguments.of(what, statements);
  }

  static List<Arguments> copied() {
    return List.of(
        of(
            "several levels",
            "PRAGMA page_size = 512",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
            "CREATE INDEX i ON t(x)",
            ROWS + "SELECT i, 'value ' || i * 7919 % 601 FROM n"),
        of(
            "every storage class",
            "CREATE TABLE t(a REAL, b, c NUMERIC)",
            "CREATE INDEX i ON t(a, b, c)",
            ROWS
                + "SELECT iif(i % 5, i % 7, i / 8.0),"
                + " CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN i WHEN 2 THEN 'x' || i"
                + " ELSE zeroblob(i % 9) END, i * 1e15 FROM n",
            "INSERT INTO t VALUES (9223372036854775807, -9223372036854775808, 9e999)"),
        of("nothing", "CREATE TABLE t(x)", "CREATE INDEX i ON t(x)"),
        of(
            "UNIQUE, and NULL more than once",
            "CREATE TABLE t(a, b, UNIQUE(a, b))",
            ROWS + "SELECT nullif(i % 3, 0), iif(i % 3, i, 1) FROM n"),
        of(
            "collations",
            "CREATE TABLE t(a TEXT COLLATE NOCASE, b TEXT COLLATE RTRIM)",
            "CREATE INDEX i ON t(a, b)",
            "CREATE INDEX j ON t(b DESC, a COLLATE BINARY)",
            ROWS + "SELECT char(65 + i % 60), char(32 + i % 2, 97 + i % 5, 32, 32) FROM n"),
        of(
            "falling keys",
            "CREATE TABLE t(a, b)",
            "CREATE INDEX i ON t(a DESC, b)",
            "CREATE UNIQUE INDEX u ON t(b DESC)",
            ROWS + "SELECT i % 10, i FROM n"),
        of(
            "UTF-16",
            "PRAGMA encoding = 'UTF-16le'",
            "CREATE TABLE t(x TEXT UNIQUE)",
            ROWS + "SELECT char(256 + i * 40, 65) FROM n"),
        of(
            "overflow pages",
            "CREATE TABLE t(x TEXT UNIQUE, y)",
            "CREATE INDEX i ON t(y, x)",
            ROWS + "SELECT i || printf('%.*c', 3000 + i % 100 * 90, 'x'), i % 6 FROM n"),
        of(
            "overflow pages and a pointer map",
            "PRAGMA page_size = 1024",
            "PRAGMA auto_vacuum = FULL",
            "CREATE TABLE t(x TEXT)",
            "CREATE INDEX i ON t(x)",
            ROWS + "SELECT i || printf('%.*c', i % 100 * 30, 'x') FROM n"),
        of(
            "a table WITHOUT ROWID",
            "CREATE TABLE t(a INTEGER, b TEXT, c, d, PRIMARY KEY(b DESC, a)) WITHOUT ROWID",
            "CREATE INDEX i ON t(c)",
            "CREATE UNIQUE INDEX u ON t(d, a)",
            ROWS + "SELECT i, 'b' || i % 9, i % 11, i % 13 FROM n"),
        of(
            "records that are shorter than their table",
            "CREATE TABLE t(x)",
            ROWS + "SELECT i FROM n",
            "ALTER TABLE t ADD COLUMN y",
            "CREATE INDEX i ON t(y, x)"),
        of(
            "a stored generated column",
            "CREATE TABLE t(x, v AS (x + 1), s AS (x * 2) STORED)",
            "CREATE INDEX i ON t(s)",
            ROWS + "SELECT i FROM n"));
  }

  static List<Arguments> built() {
    return List.of(
        of(
            "a collation that reads UTF-16 as UTF-8",
            "PRAGMA encoding = 'UTF-16be'",
            "CREATE TABLE t(x TEXT COLLATE NOCASE)",
            "CREATE INDEX i ON t(x)",
            ROWS + "SELECT 'x' || i FROM n"),
        of(
            "keys that differ on their overflow pages only",
            "CREATE TABLE t(x TEXT)",
            "CREATE INDEX i ON t(x)",
            ROWS + "SELECT printf('%.*c', 6000, 'x') || i FROM n"),
        of(
            "keys that are too long to be read",
            "CREATE TABLE t(x TEXT)",
            "CREATE INDEX i ON t(x)",
            "INSERT INTO t VALUES (printf('%.*c', 2000000, 'x'))"),
        of(
            "a partial index",
            "CREATE TABLE t(x)",
            "CREATE INDEX i ON t(x) WHERE x > 0",
            ROWS + "SELECT i FROM n"),
        of(
            "an expression",
            "CREATE TABLE t(x)",
            "CREATE INDEX i ON t(x % 10)",
            ROWS + "SELECT i FROM n"),
        of(
            "a VIRTUAL column",
            "CREATE TABLE t(x, v AS (x % 10))",
            "CREATE INDEX i ON t(v)",
            ROWS + "SELECT i FROM n"),
        of(
            "records that lack a column with a default value",
            "CREATE TABLE t(x)",
            ROWS + "SELECT i FROM n",
            "ALTER TABLE t ADD COLUMN y DEFAULT 7",
            "CREATE INDEX i ON t(y, x)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("copied")
  void copies(String what, String... statements) throws Exception {
    build(statements);
    assertSame(Salvaged.of(file), 0);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("built")
  void builds(String what, String... statements) throws Exception {
    build(statements);
    assertSame(Salvaged.of(file), 1);
  }

  /** Every index is what SQLite makes of the rows, and all rows are there. */
  private void assertSame(Salvaged salvaged, int built) throws Exception {
    assertEquals(TableDump.of(file).tables(), salvaged.dump().tables());
    assertIndexes(salvaged, built);
  }

  private void assertIndexes(Salvaged salvaged, int built) throws Exception {
    assertEquals(List.of(), salvaged.findings());
    assertEquals(built, salvaged.indexesBuilt());
    Path again = Files.copy(salvaged.out(), folder.resolve("again.db"));
    try (Connection db = WrittenDatabase.open(again)) {
      WrittenDatabase.run(db, "REINDEX");
    }
    assertEquals(entries(again), entries(salvaged.out()));
  }

  /** By index, in its order, as it stands there: a query for no other column reads no row. */
  private static Map<String, String> entries(Path database) throws Exception {
    Map<String, String> entries = new TreeMap<>();
    try (Connection db = WrittenDatabase.open(database)) {
      String names = "SELECT name FROM sqlite_schema WHERE type = 'index'";
      for (String index : WrittenDatabase.text(db, names).split("\n")) {
        String of = " FROM pragma_index_xinfo('" + index + "')";
        boolean plain = WrittenDatabase.text(db, "SELECT 1" + of + " WHERE cid = -2").isEmpty();
        String sql = "SELECT sql FROM sqlite_schema WHERE name = '" + index + "'";
        if (plain && !WrittenDatabase.text(db, sql).contains(" WHERE ")) {
          String fields =
              "SELECT group_concat('quote(' || coalesce(name, 'rowid') || ')', '||'' ''||')" + of;
          String table = WrittenDatabase.text(db, sql.replace("SELECT sql", "SELECT tbl_name"));
          String query =
              "SELECT "
                  + WrittenDatabase.text(db, fields)
                  + " FROM "
                  + table
                  + " INDEXED BY "
                  + index;
          entries.put(index, WrittenDatabase.text(db, query));
        }
      }
    }
    return entries;
  }

  /** SQLite reads it as NULL, which comes before all numbers. */
  @Test
  void whatIsNoNumberIsInItsPlace() throws Exception {
    build(
        "CREATE TABLE t(x)",
        "CREATE INDEX i ON t(x)",
        "INSERT INTO t VALUES (-3), (0.8125), (70000)");
    DamagedImage image = new DamagedImage(file);
    int found = 0;
    for (String name : List.of("t", "i")) {
      int page = DamagedImage.root(file, name);
      for (int at = image.at(page); at < image.at(page + 1); at++) {
        if (image.u32(at) == 0x3FEA0000) {
          image.put32(at, 0x7FF80000);
          found++;
          break;
        }
      }
    }
    assertEquals(2, found);
    image.write();
    assertIndexes(Salvaged.of(file), 1);
  }

  private static final String[] TWO_TABLES = {
    "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
    "CREATE INDEX i ON t(x)",
    "CREATE TABLE other(x TEXT UNIQUE)",
    ROWS + "SELECT i, 'row ' || (1000 + i) FROM n",
    "INSERT INTO other SELECT x FROM t"
  };

  @Test
  void aRowInQuarantineIsInNoIndex() throws Exception {
    build(TWO_TABLES);
    DamagedImage image = new DamagedImage(file);
    int leaf = image.child(DamagedImage.root(file, "t"), 0);
    // A letter within the value, which the index knows otherwise.
    image.flip(image.cell(leaf, 7) + 6, 1).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(599, salvaged.rows("t").size());
    assertIndexes(salvaged, 1);
  }

  @Test
  void rowsThatAreLostAreInNoIndex() throws Exception {
    build(TWO_TABLES);
    DamagedImage image = new DamagedImage(file);
    image.zero(image.child(DamagedImage.root(file, "t"), 1)).write();
    Salvaged salvaged = Salvaged.of(file);
    assertNotEquals(600, salvaged.rows("t").size());
    assertIndexes(salvaged, 1);
  }

  @Test
  void rowsFromTheBackupAreInTheIndex() throws Exception {
    build(TWO_TABLES);
    Path backup = Files.copy(file, folder.resolve("backup.db"));
    DamagedImage image = new DamagedImage(file);
    image.zero(image.child(DamagedImage.root(file, "t"), 1)).write();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertEquals(600, salvaged.rows("t").size());
    assertIndexes(salvaged, 1);
  }

  /** Every page of it is sound, and its keys are in order. */
  @Test
  void aStalePageOfAnIndexIsNotCopied() throws Exception {
    build(TWO_TABLES);
    DamagedImage before = new DamagedImage(file);
    build("UPDATE t SET x = 'row 1042+' WHERE x = 'row 1042'");
    DamagedImage image = new DamagedImage(file);
    int leaf = image.child(DamagedImage.root(file, "i"), 0);
    for (int i = 0; i < image.at(2); i++) {
      image.put(image.at(leaf) + i, before.u8(before.at(leaf) + i));
    }
    image.write();
    Salvaged salvaged = Salvaged.of(file);
    assertIndexes(salvaged, 1);
  }

  @Test
  void entriesOutOfOrderAreNotCopied() throws Exception {
    build(TWO_TABLES);
    DamagedImage image = new DamagedImage(file);
    int leaf = image.child(DamagedImage.root(file, "i"), 0);
    int first = image.u16(image.pointer(leaf, 20));
    int second = image.u16(image.pointer(leaf, 21));
    image.put(image.pointer(leaf, 20), second >> 8, second, first >> 8, first).write();
    assertSame(Salvaged.of(file), 1);
  }

  @Test
  void anEntryWhoseChainIsBrokenIsNotCopied() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        "CREATE INDEX i ON t(x)",
        ROWS + "SELECT i, i || printf('%.*c', 5000, 'x') FROM n");
    DamagedImage image = new DamagedImage(file);
    int leaf = image.child(DamagedImage.root(file, "i"), 0);
    // The number of its first overflow page ends the page's last cell.
    image.zero(image.u32(image.at(leaf + 1) - 4)).write();
    assertSame(Salvaged.of(file), 1);
  }

  private void define(String index, String definition) throws Exception {
    build(
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = '" + definition + "' WHERE name = '" + index + "'");
  }

  @Test
  void aUniqueIndexThatHasAKeyTwiceIsNotCopied() throws Exception {
    build(TWO_TABLES);
    build("UPDATE t SET x = 'row 1300' WHERE id = 10", "CREATE INDEX j ON t(x, id)");
    define("i", "CREATE UNIQUE INDEX i ON t(x)");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(599, salvaged.rows("t").size());
    assertEquals(1, salvaged.quarantined().size());
    // The other one was right until a row was taken away.
    assertIndexes(salvaged, 2);
  }

  @Test
  void anIndexInAnotherOrderThanItsDefinitionIsNotCopied() throws Exception {
    for (String field : List.of("x DESC", "x COLLATE NOCASE")) {
      Files.deleteIfExists(file);
      build(TWO_TABLES);
      build("UPDATE t SET x = upper(x) WHERE id % 2");
      define("i", "CREATE INDEX i ON t(" + field + ")");
      assertSame(Salvaged.of(file), 1);
      Files.delete(folder.resolve("again.db"));
    }
  }
}
