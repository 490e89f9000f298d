package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.SerialType;
import dev.sqlguard.format.Varint;
import dev.sqlguard.salvage.bench.OddDatabases;
import dev.sqlguard.salvage.bench.TableDump;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage to single pages, cells and pointers, and what it must not lead to. */
class TrapsTest {
  static final String NUMBERS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ";

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

  private static String numbers(int last) {
    return NUMBERS.formatted(last);
  }

  private static void assertSound(Salvaged salvaged) throws Exception {
    assertEquals(List.of(), salvaged.findings());
  }

  @Test
  void oneBadCellPointerAmongAHundred() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        numbers(100) + "INSERT INTO t SELECT i, 'row ' || i FROM n");
    List<String> before = TableDump.of(file).tables().get("t");
    DamagedImage image = new DamagedImage(file);
    int leaf = DamagedImage.root(file, "t");
    assertEquals(100, image.cells(leaf));
    image.put(image.pointer(leaf, 50), 0xff, 0xf0).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before, salvaged.rows("t"));
  }

  @Test
  void aBrokenCellCostsOneRow() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        numbers(100) + "INSERT INTO t SELECT i, 'row ' || i FROM n");
    DamagedImage image = new DamagedImage(file);
    int cell = image.cell(DamagedImage.root(file, "t"), 49);
    // The size of the record's header.
    image.put(cell + 2, 0x7f).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(99, salvaged.rows("t").size());
    assertFalse(salvaged.rows("t").contains("[50] 50, 'row 50'"));
    assertEquals(1, salvaged.outcome("t").lost() + salvaged.outcome("t").quarantined());
  }

  /** The chain of the row with id 2 in a table of three, each of five overflow pages. */
  private DamagedImage withOverflow() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        "INSERT INTO t SELECT value, value || printf('%.*c', 20484, 'x')"
            + " FROM (SELECT 1 AS value UNION ALL SELECT 2 UNION ALL SELECT 3)");
    return new DamagedImage(file);
  }

  private static int overflowPointer(DamagedImage image, int leaf, int cell) {
    int end = cell == 0 ? image.at(leaf + 1) : image.cell(leaf, cell - 1);
    return end - 4;
  }

  @Test
  void aRowWithoutTheMiddleOfItsChainIsInQuarantine() throws Exception {
    DamagedImage image = withOverflow();
    Path backup = Files.copy(file, folder.resolve("backup.db"));
    List<String> before = TableDump.of(file).tables().get("t");
    int leaf = DamagedImage.root(file, "t");
    int second = image.u32(image.at(image.u32(overflowPointer(image, leaf, 1))));
    image.zero(second).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(List.of(before.get(0), before.get(2)), salvaged.rows("t"));
    assertEquals(1, salvaged.quarantined().size());
    assertEquals(before, Salvaged.with(backup, file).rows("t"));
  }

  @Test
  void aChainThatIsLostAtItsStartDoesntMakeTheRowShort() throws Exception {
    DamagedImage image = withOverflow();
    int leaf = DamagedImage.root(file, "t");
    image.put32(overflowPointer(image, leaf, 1), 0).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(2, salvaged.rows("t").size());
    assertEquals(1, salvaged.quarantined().size());
  }

  @Test
  void aChainThatRunsInACircleEnds() throws Exception {
    DamagedImage image = withOverflow();
    int leaf = DamagedImage.root(file, "t");
    int first = image.u32(overflowPointer(image, leaf, 1));
    image.put32(image.at(first), first);
    // As many more pages as leave the size of the part on the leaf as it is.
    int size = 20490 + 200 * 4092;
    int cell = image.cell(leaf, 1);
    byte[] varints = new byte[8];
    Varint.put(varints, 0, size);
    Varint.put(varints, 4, SerialType.TEXT + 2L * (size - 5));
    image.put(cell, varints[0], varints[1], varints[2]);
    image.put(cell + 6, varints[4], varints[5], varints[6]).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(2, salvaged.rows("t").size(), salvaged.report().toString());
  }

  @Test
  void anOrphanPageWithMoreFieldsThanATableCanHave() throws Exception {
    file = OddDatabases.named("orphan-page-2500-fields").build(folder);
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    List<String> narrow = salvaged.rows("lost_and_found");
    List<String> wide = salvaged.rows("lost_and_found_wide");
    assertEquals(1, narrow.size());
    assertTrue(narrow.get(0).contains(" 2500, 1, 1, 1, 1"), narrow.get(0));
    int columns = narrow.get(0).split(", ").length - 4;
    assertEquals(OddDatabases.ORPHAN_FIELDS, columns + wide.size());
  }

  @Test
  void deletedRowsStayDeleted() throws Exception {
    file = OddDatabases.named("deleted-rows").build(folder);
    assertNoneRose(Salvaged.of(file));
    new DamagedImage(file).zeroHeader().write();
    assertNoneRose(Salvaged.of(file));
  }

  private static void assertNoneRose(Salvaged salvaged) throws Exception {
    assertSound(salvaged);
    salvaged
        .dump()
        .tables()
        .forEach(
            (table, rows) ->
                assertTrue(rows.stream().noneMatch(r -> r.contains("DELETED")), table + rows));
    assertEquals(List.of(), salvaged.quarantined());
  }

  @Test
  void freeBlocksOfADamagedLeafStayFree() throws Exception {
    build(
        "PRAGMA secure_delete = OFF",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        numbers(100) + "INSERT INTO t SELECT i, 'row ' || i || iif(i % 9, '', ' DELETED') FROM n",
        "DELETE FROM t WHERE x LIKE '%DELETED'");
    int rows = TableDump.of(file).tables().get("t").size();
    DamagedImage image = new DamagedImage(file);
    image.put(image.pointer(DamagedImage.root(file, "t"), 20), 0xff, 0xf0).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(rows, salvaged.rows("t").size());
    assertNoneRose(salvaged);
  }

  @Test
  void rowsThatViolateAConstraintStayWhereTheirTreeIsIntact() throws Exception {
    for (String name : List.of("not-null-violators", "check-violators", "strict-violators")) {
      file = OddDatabases.named(name).build(folder);
      List<String> before = TableDump.of(file).tables().get("t");
      new DamagedImage(file).zeroHeader().write();
      Salvaged salvaged = Salvaged.of(file);
      assertEquals(before, salvaged.rows("t"), name);
      assertEquals(List.of(), salvaged.quarantined(), name);
    }
  }

  @Test
  void aKeyThatTwoRowsHaveCostsTheLaterOneAndNotTheIndex() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT UNIQUE COLLATE NOCASE, y)",
        numbers(60) + "INSERT INTO t SELECT i, 'x' || i, i FROM n",
        "PRAGMA writable_schema = ON",
        // As an index that had lost an entry would have let it in.
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT, y)'"
            + " WHERE name = 't'",
        "DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_t_1'");
    build(
        "INSERT INTO t VALUES (100, 'X7', 'later'), (101, 'X8', 'later'), (102, NULL, 0),"
            + " (103, NULL, 0)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql ="
            + " 'CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT UNIQUE COLLATE NOCASE, y)'"
            + " WHERE name = 't'");
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(62, salvaged.rows("t").size());
    assertTrue(salvaged.rows("t").contains("[7] 7, 'x7', 7"));
    assertEquals(2, salvaged.quarantined().size());
    assertTrue(salvaged.quarantined().stream().allMatch(row -> row.contains("'later'")));
    assertEquals(2, salvaged.outcome("t").quarantined());
  }

  @Test
  void keysThatDifferOnlyOnTheirOverflowPagesAreNotTheSame() throws Exception {
    build(
        "CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID",
        numbers(30) + "INSERT INTO w SELECT printf('%.*c', 6000, 'k') || i, i FROM n");
    List<String> before = TableDump.of(file).tables().get("w");
    new DamagedImage(file).zeroHeader().write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before, salvaged.rows("w"));
  }

  @Test
  void settingsAreLostWithTheHeaderAndComeFromABackup() throws Exception {
    file = OddDatabases.named("everything-but-tables").build(folder);
    Path backup = Files.copy(file, folder.resolve("backup.db"));
    new DamagedImage(file).zeroHeader().write();
    assertEquals("0", Salvaged.of(file).dump().pragmas().get("user_version"));
    assertEquals("0", Salvaged.of(file).dump().pragmas().get("application_id"));
    TableDump with = Salvaged.with(backup, file).dump();
    assertEquals("77", with.pragmas().get("user_version"));
    assertEquals("1234567", with.pragmas().get("application_id"));
  }

  @Test
  void autoVacuumSurvivesDamage() throws Exception {
    for (String name : List.of("auto-vacuum-full", "auto-vacuum-incremental")) {
      file = OddDatabases.named(name).build(folder);
      TableDump before = TableDump.of(file);
      DamagedImage image = new DamagedImage(file);
      int root = DamagedImage.root(file, "t");
      int parent = image.child(root, 0);
      int leaf = image.type(parent) == 5 ? image.child(parent, 1) : parent;
      int lost = image.cells(leaf);
      image.randomize(leaf).write();
      Salvaged salvaged = Salvaged.of(file);
      assertSound(salvaged);
      assertEquals(before.pragmas(), salvaged.dump().pragmas());
      assertEquals(before.tables().get("b"), salvaged.rows("b"));
      assertEquals(before.tables().get("t").size() - lost, salvaged.rows("t").size());
    }
  }

  @Test
  void triggersDontFire() throws Exception {
    file = OddDatabases.named("everything-but-tables").build(folder);
    TableDump before = TableDump.of(file);
    DamagedImage image = new DamagedImage(file);
    image.put(image.pointer(DamagedImage.root(file, "t"), 3), 0xff, 0xf0).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before.tables().get("log"), salvaged.rows("log"));
    assertEquals(before.tables().get("t"), salvaged.rows("t"));
    assertEquals(before.schema(), withoutQuarantine(salvaged));
  }

  private static java.util.Map<String, String> withoutQuarantine(Salvaged salvaged)
      throws Exception {
    java.util.Map<String, String> schema = new java.util.TreeMap<>(salvaged.dump().schema());
    schema.keySet().removeIf(key -> key.contains("lost_and_found"));
    return schema;
  }

  @Test
  void noRowidIsGivenTwice() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT)",
        numbers(50) + "INSERT INTO t(x) SELECT 'x' || i FROM n");
    DamagedImage image = new DamagedImage(file);
    image.zero(DamagedImage.root(file, "sqlite_sequence")).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    try (Connection db = WrittenDatabase.open(salvaged.out())) {
      WrittenDatabase.run(db, "DELETE FROM t WHERE id > 40", "INSERT INTO t(x) VALUES ('new')");
      assertEquals("51", WrittenDatabase.text(db, "SELECT id FROM t WHERE x = 'new'"));
    }
  }

  @Test
  void anAutoincrementTableWithoutItsCounterGetsOne() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT)",
        numbers(50) + "INSERT INTO t(x) SELECT 'x' || i FROM n");
    DamagedImage image = new DamagedImage(file);
    int at = image.find("CREATE TABLE sqlite_sequence(name,seq)");
    image.put(at + "CREATE TABLE sqlite_sequence(".length(), 'N').write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(List.of("[1] 't', 50"), salvaged.rows("sqlite_sequence"));
    try (Connection db = WrittenDatabase.open(salvaged.out())) {
      WrittenDatabase.run(db, "INSERT INTO t(x) VALUES ('new')");
    }
  }

  @Test
  void aTableWhoseDefinitionCannotBeReadCostsNoOther() throws Exception {
    build(
        "CREATE TABLE a(id INTEGER PRIMARY KEY, x)",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x)",
        "CREATE TABLE z(id INTEGER PRIMARY KEY, x)",
        "CREATE INDEX tx ON t(x)",
        numbers(30) + "INSERT INTO a SELECT i, 'a' || i FROM n",
        numbers(30) + "INSERT INTO t SELECT i, 't' || i FROM n",
        numbers(30) + "INSERT INTO z SELECT i, 'z' || i FROM n");
    TableDump before = TableDump.of(file);
    DamagedImage image = new DamagedImage(file);
    image.put(image.find("CREATE TABLE t(") + 3, '#').write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before.tables().get("a"), salvaged.rows("a"));
    assertEquals(before.tables().get("z"), salvaged.rows("z"));
    assertEquals(30, salvaged.quarantined().size());
    assertTrue(salvaged.report().objectsLost().contains("table t"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6, 12 + 1 + 13})
  void ofThreeNamesOneIsWrong(int behindTheFirst) throws Exception {
    build(
        "CREATE TABLE people(id INTEGER PRIMARY KEY, x)",
        "CREATE INDEX px ON people(x)",
        numbers(30) + "INSERT INTO people SELECT i, 't' || i FROM n");
    TableDump before = TableDump.of(file);
    DamagedImage image = new DamagedImage(file);
    int name = image.find("tablepeoplepeople") + "table".length();
    image.flip(name + behindTheFirst, 0x02).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before.tables().get("people"), salvaged.rows("people"));
    assertTrue(salvaged.dump().schema().containsKey("index px"));
  }

  @Test
  void aTableWhoseRootPageIsLostIsNotAVirtualOne() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x)",
        numbers(30) + "INSERT INTO t SELECT i, 't' || i FROM n");
    List<String> before = TableDump.of(file).tables().get("t");
    DamagedImage image = new DamagedImage(file);
    image.put(image.find("CREATE TABLE t(") - 1, 0).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before, salvaged.rows("t"));
  }

  @Test
  void theIndexOfAConstraintIsMadeWhereItsRowInTheSchemaIsLost() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x UNIQUE)",
        numbers(30) + "INSERT INTO t SELECT i, 't' || i FROM n",
        "PRAGMA writable_schema = ON",
        "DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_t_1'");
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(30, salvaged.rows("t").size());
    try (Connection db = WrittenDatabase.open(salvaged.out())) {
      assertEquals("5", WrittenDatabase.text(db, "SELECT id FROM t WHERE x = 't5'"));
      assertThrows(
          java.sql.SQLException.class,
          () -> WrittenDatabase.run(db, "INSERT INTO t(x) VALUES ('t5')"));
    }
  }

  @Test
  void emptyTables() throws Exception {
    build(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x UNIQUE)",
        "CREATE TABLE w(k PRIMARY KEY) WITHOUT ROWID");
    TableDump before = TableDump.of(file);
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before, salvaged.dump());
  }

  @Test
  void aDatabaseOfOnePage() throws Exception {
    build("CREATE VIEW v AS SELECT 1 AS one");
    assertEquals(1, new DamagedImage(file).pages());
    TableDump before = TableDump.of(file);
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before.schema(), salvaged.dump().schema());
  }

  @Test
  void aDatabaseWithoutAnyObject() throws Exception {
    build("PRAGMA user_version = 5");
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals("5", salvaged.dump().pragmas().get("user_version"));
  }

  @Test
  void filesThatAreNoDatabase() throws Exception {
    Files.write(file, new byte[0]);
    assertThrows(NothingToSaveException.class, () -> Salvaged.of(file));
    Files.write(file, new byte[100_000]);
    assertThrows(NothingToSaveException.class, () -> Salvaged.of(file));
    Files.write(file, "no database, ".repeat(5000).getBytes(StandardCharsets.UTF_8));
    assertThrows(NothingToSaveException.class, () -> Salvaged.of(file));
  }
}
