package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What may look odd in a database but is no damage: it is backed up like any other. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.sqlguard.it.Drivers#versions")
class HealthyDataIT {
  @AutoClose private static final Drivers drivers = new Drivers("");

  @Parameter String driver;

  @TempDir Path directory;
  private Path db;

  @BeforeEach
  void name() {
    db = Starts.unused(directory);
  }

  private void assertBackedUp() throws Exception {
    byte[] before = Files.readAllBytes(db);
    Starts.Start start = drivers.starts(driver).start(db);
    assertArrayEquals(before, Files.readAllBytes(db));
    assertTrue(Files.exists(Databases.beside(db, ".bak")), start.lines()::toString);
    assertEquals(
        Databases.query(db, "SELECT count(*) FROM t"),
        Databases.query(Databases.beside(db, ".bak"), "SELECT count(*) FROM t"));
    assertEquals(
        List.of(db.getFileName().toString(), db.getFileName() + ".bak"), Databases.filesOf(db));
  }

  @Test
  void rowsThatBreakACheckConstraint() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE t(a CHECK (a > 0))",
        "PRAGMA ignore_check_constraints=ON",
        "INSERT INTO t VALUES (-1), (2)");
    assertFalse(Databases.isIntact(db));
    assertBackedUp();
  }

  @Test
  void nullsInAColumnThatMustNotHaveThem() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE t(a, b)",
        "INSERT INTO t VALUES (NULL, 1)",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a NOT NULL, b)'");
    assertFalse(Databases.isIntact(db));
    assertBackedUp();
  }

  @Test
  void valuesOfAnotherTypeThanAStrictTableTakes() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE t(a BLOB, b BLOB)",
        "INSERT INTO t VALUES ('text', 1.5)",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a INT, b TEXT) STRICT'");
    assertFalse(Databases.isIntact(db));
    assertBackedUp();
  }

  @Test
  void numbersStoredAsText() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE t(a BLOB)",
        "INSERT INTO t VALUES ('12')",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a INT)'");
    assertBackedUp();
  }

  @Test
  void bytesBehindTheLastPage() throws Exception {
    Databases.create(db, 100);
    Files.write(db, new byte[100], StandardOpenOption.APPEND);
    assertBackedUp();
  }

  @Test
  void foreignKeysThatLeadNowhere() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE p(id INTEGER PRIMARY KEY)",
        "CREATE TABLE t(p REFERENCES p)",
        "INSERT INTO t VALUES (7)");
    assertBackedUp();
  }

  @Test
  void virtualTableOfAnUnknownModule() throws Exception {
    Databases.create(db, 100);
    Databases.execute(
        db,
        "PRAGMA writable_schema=ON",
        "INSERT INTO sqlite_schema VALUES"
            + " ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING nobody_knows(x)')");
    assertBackedUp();
  }

  @Test
  void allSizesOfPages() throws Exception {
    for (int size = 512; size <= 65536; size *= 2) {
      db = directory.resolve("pages-" + size + ".db");
      Databases.execute(db, "PRAGMA page_size=" + size, "CREATE TABLE t(x TEXT)");
      Databases.addRows(db, 100);
      assertBackedUp();
    }
  }

  @Test
  void tablesOfEveryKind() throws Exception {
    Databases.execute(
        db,
        "PRAGMA encoding='UTF-16le'",
        "CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID",
        "CREATE TABLE \"odd \"\" name\"(rowid TEXT, \"select\" INT)",
        "CREATE TABLE g(a, b AS (a + 1) STORED, c AS (a * 2))",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "CREATE VIRTUAL TABLE r USING rtree(id, a, b)",
        "CREATE TABLE s(a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "INSERT INTO t VALUES (1, 'ä'), (2, NULL)",
        "INSERT INTO \"odd \"\" name\" VALUES ('x', 1)",
        "INSERT INTO g(a) VALUES (1)",
        "INSERT INTO f VALUES ('words of many kinds')",
        "INSERT INTO r VALUES (1, 2, 3)",
        "INSERT INTO s DEFAULT VALUES",
        "CREATE VIEW v AS SELECT * FROM missing",
        "ANALYZE");
    assertBackedUp();
    assertEquals(
        List.of("words of many kinds"),
        Databases.query(Databases.beside(db, ".bak"), "SELECT x FROM f WHERE f MATCH 'kinds'"));
  }

  @Test
  void namesThatShellsAndUrlsTrip() throws Exception {
    for (String name :
        List.of("a b.db", "it's.db", "say \"x\".db", "50%41.db", "a#b.db", "a;b&c=d.db", "ü.db")) {
      Path odd = Files.createDirectories(directory.resolve(name + " dir")).resolve(name);
      Databases.create(odd, 50);
      Starts.Start start = drivers.starts(driver).start(odd);
      assertTrue(Files.exists(Databases.beside(odd, ".bak")), name + start.lines());
    }
  }

  /** SQLite has room for its side files beside such a name; the guard has none for its own. */
  @Test
  void nameThatIsAsLongAsNamesCanBe() throws Exception {
    for (int length : new int[] {230, 240, 246}) {
      db = directory.resolve("n".repeat(length));
      Databases.create(db, 20);
      byte[] before = Files.readAllBytes(db);
      Starts.Start start = drivers.starts(driver).start(db, "SELECT count(*) FROM t");
      assertEquals(List.of("20"), start.answers(), start.lines()::toString);
      assertArrayEquals(before, Files.readAllBytes(db));
    }
  }

  @Test
  void rowidsWithoutAnIntegerPrimaryKeyAreKept() throws Exception {
    Databases.execute(
        db, "CREATE TABLE t(x)", "INSERT INTO t(rowid, x) VALUES (7, 'a'), (70, 'b'), (9000, 'c')");
    assertBackedUp();
    assertEquals(
        List.of("7", "70", "9000"),
        Databases.query(Databases.beside(db, ".bak"), "SELECT rowid FROM t ORDER BY rowid"));
  }
}
