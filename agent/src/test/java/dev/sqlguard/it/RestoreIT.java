package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What takes the place of a damaged database, and what stays as it was. */
class RestoreIT {
  private static final int ROWS = 500;

  private static Starts starts;

  @TempDir Path directory;
  private Path db;
  private Path bak;

  @BeforeAll
  static void begin() {
    starts = Starts.with("backup-spacing=0s");
  }

  @AfterAll
  static void end() throws IOException {
    starts.close();
  }

  @BeforeEach
  void name(TestInfo test) {
    db = directory.resolve(test.getTestMethod().orElseThrow().getName() + ".db");
    bak = Databases.beside(db, ".bak");
  }

  private void createAndBackUp() throws Exception {
    Databases.create(db, ROWS);
    starts.start(db);
    assertTrue(Files.exists(bak));
  }

  private void assertNotRestored(byte[] damaged, Starts.Start start) throws Exception {
    assertEquals("ok", start.opened());
    assertArrayEquals(damaged, Files.readAllBytes(db), start.lines()::toString);
    assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  private List<String> rows() throws Exception {
    return Databases.query(db, "SELECT id || ' ' || x FROM t NOT INDEXED ORDER BY id");
  }

  /**
   * Rows of the newest state and no others, at least as many as told; the damaged file is kept.
   *
   * @param newest the rows before the damage
   */
  private void assertSalvaged(List<String> newest, int atLeast, byte[] damaged, Starts.Start start)
      throws Exception {
    assertTrue(Databases.isIntact(db), start.lines()::toString);
    List<String> now = rows();
    assertTrue(now.size() >= atLeast, start.lines()::toString);
    assertTrue(new HashSet<>(newest).containsAll(now), start.lines()::toString);
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertTrue(Files.exists(Databases.beside(db, ".corrupt.report.json")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  @Test
  void newestBackupHelps() throws Exception {
    createAndBackUp();
    Databases.execute(db, "UPDATE t SET x = 'second' WHERE id = 7");
    starts.start(db);
    Databases.damage(db, "t", 1);
    Starts.Start start = starts.start(db, "SELECT x FROM t WHERE id = 7");
    assertEquals(List.of("second"), start.answers(), start.lines()::toString);
    assertEquals(ROWS, Databases.rows(db));
    assertTrue(Databases.isIntact(bak));
  }

  @Test
  void olderBackupHelpsWhereTheNewestIsDamagedItself() throws Exception {
    createAndBackUp();
    Databases.execute(db, "UPDATE t SET x = 'second' WHERE id = 7");
    starts.start(db);
    Databases.damage(bak, "t", 1);
    byte[] damagedBackup = Files.readAllBytes(bak);
    Databases.damage(db, "t", 1);
    Starts.Start start = starts.start(db, "SELECT x FROM t WHERE id = 7");
    assertEquals(List.of("second"), start.answers(), start.lines()::toString);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertArrayEquals(damagedBackup, Files.readAllBytes(bak));
  }

  /** Nobody wrote to the file, so its time is the old one. */
  @Test
  void backupThatRottedOnTheDiskIsPassedOver() throws Exception {
    createAndBackUp();
    Databases.execute(db, "UPDATE t SET x = 'second' WHERE id = 7");
    starts.start(db);
    var time = Files.getLastModifiedTime(bak);
    Databases.damage(bak, "t", 1);
    Files.setLastModifiedTime(bak, time);
    Databases.damage(db, "t", 1);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
  }

  /** Valid SQLite, valid rows, but not what the guard wrote. */
  @Test
  void nothingComesFromABackupThatSomebodyChanged() throws Exception {
    createAndBackUp();
    List<String> newest = rows();
    Databases.execute(bak, "UPDATE t SET x = 'meddled with'");
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    assertSalvaged(newest, ROWS - 50, damaged, starts.start(db));
    assertEquals(List.of("meddled with"), Databases.query(bak, "SELECT DISTINCT x FROM t"));
  }

  @Test
  void rowsThatTheBackupLacksAreKept() throws Exception {
    createAndBackUp();
    Databases.addRows(db, 3 * ROWS);
    List<String> newest = rows();
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    assertSalvaged(newest, 4 * ROWS - 50, damaged, starts.start(db));
    assertEquals(ROWS, Databases.rows(bak));
  }

  /** Reading from either end stops at once; most rows are between. */
  @Test
  void rowsBetweenDamagedPagesAreKept() throws Exception {
    createAndBackUp();
    Databases.addRows(db, 3 * ROWS);
    List<String> newest = rows();
    List<Integer> leaves = Databases.leaves(db, "t");
    int first = leaves.get(0);
    int last = leaves.get(0);
    for (int leaf : leaves) {
      long row = Images.rowsOnLeaf(db, leaf).get(0);
      first = row < Images.rowsOnLeaf(db, first).get(0) ? leaf : first;
      last = row > Images.rowsOnLeaf(db, last).get(0) ? leaf : last;
    }
    Images.zeroPage(db, first);
    Images.zeroPage(db, last);
    byte[] damaged = Files.readAllBytes(db);
    assertSalvaged(newest, 4 * ROWS - 100, damaged, starts.start(db));
    assertTrue(rows().contains(newest.get(0)), "destroyed, and in the backup");
  }

  /** Nothing can be read without a header, and everything is there. */
  @Test
  void rowsBehindADestroyedHeaderAreKept() throws Exception {
    createAndBackUp();
    Databases.addRows(db, 20 * ROWS);
    List<String> newest = rows();
    Databases.overwrite(db, 0, new byte[100]);
    byte[] damaged = Files.readAllBytes(db);
    assertSalvaged(newest, 21 * ROWS, damaged, starts.start(db));
  }

  @Test
  void tableThatTheBackupLacksIsKept() throws Exception {
    createAndBackUp();
    Databases.execute(db, "CREATE TABLE u(x)", "INSERT INTO u VALUES (1)");
    List<String> newest = rows();
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    assertSalvaged(newest, ROWS, damaged, starts.start(db));
    assertEquals(List.of("1"), Databases.query(db, "SELECT x FROM u"));
  }

  @Test
  void statisticsDoNotCountAsRows() throws Exception {
    createAndBackUp();
    Databases.execute(db, "ANALYZE");
    Databases.damage(db, "t", 1);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
  }

  /** FTS splits its index into more or fewer rows as it likes. */
  @Test
  void segmentsOfATextIndexDoNotCountAsRows() throws Exception {
    Databases.create(db, ROWS);
    Databases.execute(
        db, "CREATE VIRTUAL TABLE f USING fts5(x)", "INSERT INTO f SELECT x FROM t WHERE id < 50");
    starts.start(db);
    for (int i = 0; i < 3; i++) {
      Databases.execute(db, "UPDATE f SET x = 'changed words " + i + "' WHERE rowid = " + (i + 1));
    }
    Databases.damage(db, "t", 1);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
  }

  /** More rows, but of another time: what was deleted since would be back, what is new be gone. */
  @Test
  void olderBackupWithMoreRowsIsNotPreferredToANewerOneWithFewer() throws Exception {
    createAndBackUp();
    Databases.execute(db, "DELETE FROM t WHERE id > 300");
    starts.start(db);
    assertEquals(300, Databases.rows(bak));
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak.1")));
    Databases.execute(
        db, insertInto("t(id, x)", 1001, 1100), "UPDATE t SET x = 'in neither' WHERE id > 1000");
    List<String> newest = rows();
    Databases.damage(db, "ix", 1);
    int first = 0;
    for (int leaf : Databases.leaves(db, "t")) {
      first = Images.rowsOnLeaf(db, leaf).contains(1L) ? leaf : first;
    }
    Images.zeroPage(db, first);
    byte[] damaged = Files.readAllBytes(db);
    assertSalvaged(newest, 400, damaged, starts.start(db));
  }

  private static String insertInto(String table, int from, int to) {
    return "WITH RECURSIVE n(i) AS (SELECT "
        + from
        + " UNION ALL SELECT i + 1 FROM n WHERE i < "
        + to
        + ") INSERT INTO "
        + table
        + " SELECT i, 'row ' || i || hex(randomblob(40)) FROM n";
  }

  @Test
  void whatSurvivesIsKeptWithoutABackup() throws Exception {
    Databases.create(db, ROWS);
    List<String> newest = rows();
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    assertSalvaged(newest, ROWS - 50, damaged, starts.start(db));
    String name = db.getFileName().toString();
    assertEquals(
        List.of(name, name + ".corrupt", name + ".corrupt.report.json"), Databases.filesOf(db));
  }

  @Test
  void journalModeIsWhatItWas() throws Exception {
    Databases.create(db, ROWS);
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    starts.start(db);
    assertArrayEquals(new byte[] {1, 1}, Images.bytes(bak, 18, 2));
    Databases.damage(db, "t", 1);
    starts.start(db);
    assertArrayEquals(new byte[] {2, 2}, Images.bytes(db, 18, 2));
    assertEquals(ROWS, Databases.rows(db));
  }

  @Test
  void journalModeIsWhatItWasAlsoUnderADestroyedHeader() throws Exception {
    Databases.create(db, ROWS);
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    starts.start(db);
    Databases.overwrite(db, 0, new byte[100]);
    starts.start(db);
    assertEquals(ROWS, Databases.rows(db));
    assertArrayEquals(new byte[] {2, 2}, Images.bytes(db, 18, 2));
  }

  @Test
  void databaseWithASecondNameIsNotReplaced() throws Exception {
    createAndBackUp();
    Path link = directory.resolve("second-name");
    Files.createLink(link, db);
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    assertNotRestored(damaged, starts.start(db));
    assertTrue(Files.isSameFile(link, db));
  }

  @Test
  void symbolicLinkStaysOneAndItsFileIsReplaced() throws Exception {
    createAndBackUp();
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), db);
    Databases.damage(db, "t", 1);
    starts.startAs(db, "jdbc:sqlite:" + link);
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(ROWS, Databases.rows(db));
    assertTrue(Files.exists(Databases.beside(db, ".corrupt")));
  }

  @Test
  void extendedAttributesAreKept() throws Exception {
    createAndBackUp();
    var attributes = Files.getFileAttributeView(db, UserDefinedFileAttributeView.class);
    try {
      attributes.write("origin", java.nio.ByteBuffer.wrap(new byte[] {7}));
    } catch (IOException e) {
      Assumptions.abort("needs a file system with extended attributes");
    }
    Databases.damage(db, "t", 1);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(
        List.of("origin"),
        Files.getFileAttributeView(db, UserDefinedFileAttributeView.class).list());
  }

  /** A leftover log of the damaged file must never be replayed into the new one. */
  @Test
  void logOfTheDamagedFileGoesWithIt() throws Exception {
    Databases.create(db, ROWS);
    starts.start(db);
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "UPDATE t SET x = 'in the log' WHERE id = 3");
      app.kill();
    }
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    byte[] log = Files.readAllBytes(Databases.beside(db, "-wal"));
    Starts.Start start = starts.start(db, "SELECT id FROM t WHERE x = 'in the log'");
    assertEquals(List.of("3"), start.answers(), start.lines()::toString);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertArrayEquals(log, Files.readAllBytes(Databases.beside(db, ".corrupt-wal")));
  }

  @Test
  void restoredDatabaseIsRestoredAgainWhenItBreaksAgain() throws Exception {
    createAndBackUp();
    Databases.damage(db, "t", 1);
    starts.start(db);
    Databases.damage(db, "t", 3);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertTrue(Files.exists(Databases.beside(db, ".corrupt.1")));
  }
}
