package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.OddDatabases;
import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that a constraint of their table forbids: kept and counted, unless they are inferred. */
class ViolatorsTest {
  private static final int ROWS = 60;

  /** Shows what it is and breaks no other constraint. */
  private static final String BAD = "'bad'";

  private static final String BAD_IN_UTF_16 = "t'006200610064'";

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("app.db");
  }

  private void build(String... statements) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, statements);
    }
  }

  private static Violations violations(Salvaged salvaged, String table) {
    return salvaged.outcome(table).violations().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "not-null-violators, 4, 0, 0",
    "check-violators, 0, 0, 97",
    "strict-violators, 0, 9, 0"
  })
  void inAnIntactTreeTheyAreKeptAndCounted(String name, int nulls, int types, int checks)
      throws Exception {
    file = OddDatabases.named(name).build(folder);
    List<String> before = TableDump.of(file).tables().get("t");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(before, salvaged.rows("t"));
    assertEquals(new Violations(nulls, types, checks, false, ""), violations(salvaged, "t"));
    assertTrue(salvaged.report().isComplete());
  }

  @Test
  void moreThanSQLiteSaysOfOneTable() throws Exception {
    build(
        "PRAGMA ignore_check_constraints = ON",
        "CREATE TABLE t(x CHECK(x <> " + BAD + "))",
        "CREATE TABLE \"t.x\"(x CHECK(x <> " + BAD + "))",
        "CREATE TABLE \"7\"(x CHECK(x <> " + BAD + "))",
        "CREATE TABLE few(x CHECK(x <> " + BAD + "))",
        "CREATE TABLE none(x)",
        TrapsTest.NUMBERS.formatted(300) + "INSERT INTO t SELECT " + BAD + " FROM n",
        TrapsTest.NUMBERS.formatted(200) + "INSERT INTO \"t.x\" SELECT " + BAD + " FROM n",
        TrapsTest.NUMBERS.formatted(20) + "INSERT INTO \"7\" SELECT " + BAD + " FROM n",
        TrapsTest.NUMBERS.formatted(9) + "INSERT INTO few SELECT " + BAD + " FROM n");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(new Violations(0, 0, 300, false, ""), violations(salvaged, "t"));
    assertEquals(new Violations(0, 0, 200, false, ""), violations(salvaged, "t.x"));
    assertEquals(new Violations(0, 0, 20, false, ""), violations(salvaged, "7"));
    assertEquals(new Violations(0, 0, 9, false, ""), violations(salvaged, "few"));
    assertTrue(violations(salvaged, "none").isNone());
  }

  /** Puts a function into a CHECK that no SQLite has. */
  private void buildWithUnknownFunction(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("PRAGMA page_size = 512"));
    all.add("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b CHECK(b > 0))");
    all.add("CREATE TABLE u(x CHECK(x <> " + BAD + "))");
    all.add(
        TrapsTest.NUMBERS.formatted(ROWS)
            + "INSERT INTO t SELECT i, iif(i % 20, printf('%.*c', 50, 'x'), NULL), i FROM n");
    all.add("PRAGMA ignore_check_constraints = ON");
    all.add("INSERT INTO u VALUES (" + BAD + ")");
    all.addAll(List.of(more));
    all.add("PRAGMA writable_schema = ON");
    all.add(
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL,"
            + " b CHECK(ours(b)))' WHERE name = 't'");
    build(all.toArray(String[]::new));
  }

  @Test
  void aCheckThatOnlyTheApplicationCanAskIsReportedAndTheRestIsCounted() throws Exception {
    buildWithUnknownFunction();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(ROWS, salvaged.rows("t").size());
    Violations found = violations(salvaged, "t");
    assertEquals(3, found.nulls());
    assertTrue(found.unknown().contains("ours"), found.unknown());
    assertEquals(new Violations(0, 0, 1, false, ""), violations(salvaged, "u"));
  }

  @Test
  void whereThereIsMoreThanCanBeAskedItIsSaid() throws Exception {
    buildWithUnknownFunction(
        TrapsTest.NUMBERS.formatted(300) + "INSERT INTO u SELECT " + BAD + " FROM n");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(new Violations(0, 0, 100, true, ""), violations(salvaged, "u"));
  }

  /** Nothing leads any more to the leaf with the bad row, which isn't the last one. */
  private void orphan() throws Exception {
    DamagedImage image = new DamagedImage(file);
    int root = DamagedImage.root(file, "t");
    int cell = 0;
    while (!hasBadRow(image, image.child(root, cell))) {
      cell++;
    }
    image.put32(image.cell(root, cell), 0x7fff_fff0).write();
  }

  private static boolean hasBadRow(DamagedImage image, int page) {
    for (int at = image.at(page); at + 4 < image.at(page + 1); at++) {
      for (int width = 1; width <= 2; width++) {
        if (image.u8(at) == 'b' && image.u8(at + width) == 'a' && image.u8(at + 2 * width) == 'd') {
          return true;
        }
      }
    }
    return false;
  }

  /** The rows of a table but the bad ones, which must be there. */
  private List<String> good() throws Exception {
    List<String> rows = new ArrayList<>(TableDump.of(file).tables().get("t"));
    assertTrue(rows.removeIf(ViolatorsTest::isBad));
    return rows;
  }

  private static boolean isBad(String row) {
    return row.contains(BAD) || row.contains(BAD_IN_UTF_16);
  }

  /**
   * @param cost how many rows went with the pointer to the orphan
   */
  private void assertOnlyTheBadRowIsMissing(int cost, List<String> good, Salvaged salvaged)
      throws Exception {
    assertEquals(List.of(), salvaged.findings());
    assertTrue(good.containsAll(salvaged.rows("t")), salvaged.report()::toString);
    assertEquals(good.size() - cost, salvaged.rows("t").size(), salvaged.report()::toString);
    assertEquals(1, salvaged.quarantined().size());
    assertTrue(isBad(salvaged.quarantined().get(0)), salvaged.quarantined()::toString);
    assertEquals(1, salvaged.outcome("t").quarantined());
    assertTrue(violations(salvaged, "t").isNone());
    assertFalse(salvaged.report().isComplete());
  }

  /** All with a row 30 that is in the middle of the tree, whose y is checked. */
  static Stream<String> tables() {
    return Stream.of(
        "t(id INTEGER PRIMARY KEY, y TEXT CHECK(y <> 'bad'), x TEXT)",
        "t(id INTEGER PRIMARY KEY AUTOINCREMENT, y TEXT, x TEXT, CHECK(id <> 30))",
        "t(id, y TEXT CHECK(y <> 'bad'), x TEXT UNIQUE)",
        "t(id, y TEXT, x TEXT, CHECK(rowid <> 30))",
        "t(id PRIMARY KEY, rowid AS (2 * id) STORED, y TEXT CHECK(y <> 'bad'), _rowid_ AS (7),"
            + " x TEXT)",
        "t(id INT PRIMARY KEY, y TEXT, x TEXT, CHECK(y <> 'bad' AND x > '')) STRICT,"
            + " WITHOUT ROWID",
        "t(x TEXT COLLATE NOCASE, id INT, y TEXT CHECK(y <> 'bad'), z DEFAULT 'z',"
            + " PRIMARY KEY(id, x COLLATE BINARY)) WITHOUT ROWID");
  }

  @ParameterizedTest
  @MethodSource("tables")
  void onAPlacedOrphanOnlyTheyGoToQuarantine(String table) throws Exception {
    buildWithOneBadRow("PRAGMA encoding = 'UTF-8'", table);
    List<String> good = good();
    orphan();
    int cost = table.contains("WITHOUT ROWID") ? 1 : 0;
    assertOnlyTheBadRowIsMissing(cost, good, Salvaged.of(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"encoding = 'UTF-16be'", "auto_vacuum = FULL"})
  void whateverTheLayout(String setting) throws Exception {
    buildWithOneBadRow("PRAGMA " + setting, tables().findFirst().orElseThrow());
    List<String> good = good();
    orphan();
    assertOnlyTheBadRowIsMissing(0, good, Salvaged.of(file));
  }

  private void buildWithOneBadRow(String setting, String table) throws Exception {
    build(
        "PRAGMA page_size = 512",
        setting,
        "PRAGMA ignore_check_constraints = ON",
        "CREATE TABLE " + table,
        TrapsTest.NUMBERS.formatted(ROWS)
            + "INSERT INTO t(id, y, x) SELECT i, iif(i = 30, 'bad', 'good'),"
            + " i || printf('%.*c', 40, 'x') FROM n");
  }

  @Test
  void withoutAnOrphanTheSameRowStays() throws Exception {
    buildWithOneBadRow("PRAGMA encoding = 'UTF-8'", tables().findFirst().orElseThrow());
    List<String> all = TableDump.of(file).tables().get("t");
    DamagedImage image = new DamagedImage(file);
    int root = DamagedImage.root(file, "t");
    image.put32(image.cell(root, 0), 0x7fff_fff0).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(all, salvaged.rows("t"));
    assertEquals(new Violations(0, 0, 1, false, ""), violations(salvaged, "t"));
  }

  @Test
  void theBackupsRowTakesItsPlace() throws Exception {
    buildWithOneBadRow("PRAGMA encoding = 'UTF-8'", tables().findFirst().orElseThrow());
    Path backup = folder.resolve("backup.db");
    Files.copy(file, backup);
    try (Connection db = WrittenDatabase.open(backup)) {
      WrittenDatabase.run(db, "UPDATE t SET y = 'better' WHERE id = 30");
    }
    List<String> right = TableDump.of(backup).tables().get("t");
    orphan();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertEquals(right, salvaged.rows("t"));
    assertEquals(1, salvaged.quarantined().size());
    assertEquals(1, salvaged.outcome("t").fromBackup());
  }

  @Test
  void manyOrphansWithManyViolators() throws Exception {
    int rows = 60_000;
    build(
        "PRAGMA ignore_check_constraints = ON",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, y TEXT CHECK(y <> 'bad'), x TEXT)",
        "CREATE TABLE other(x REAL)",
        TrapsTest.NUMBERS.formatted(rows)
            + "INSERT INTO t SELECT i, iif(i % 1000 = 0, 'bad', 'good'), 'x' || i FROM n");
    List<String> good = good();
    new DamagedImage(file).zero(DamagedImage.root(file, "t")).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(good, salvaged.rows("t"));
    assertEquals(rows / 1000, salvaged.quarantined().size());
  }

  @Test
  void aCheckThatCannotBeAskedLeavesOrphansWhereTheyBelong() throws Exception {
    buildWithUnknownFunction("UPDATE t SET a = 'bad' WHERE id = 31");
    List<String> right = TableDump.of(file).tables().get("t");
    orphan();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(right, salvaged.rows("t"));
    assertTrue(
        salvaged.report().notes().stream().anyMatch(n -> n.contains("ours")),
        salvaged.report().notes()::toString);
  }
}
