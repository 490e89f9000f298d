package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real damage of many kinds: rows that are gone come from the backup, the rest is built anew. */
class DamageVerdictsIT {
  private static final int ROWS = 500;
  private static final String ROWS_IN_ORDER =
      "SELECT id || ' ' || x FROM t NOT INDEXED ORDER BY id";

  @AutoClose private static final Starts starts = Starts.with("");

  @TempDir Path directory;
  private Path db;

  @BeforeEach
  void name() {
    db = Starts.unused(directory);
  }

  private void createAndBackUp() throws Exception {
    Databases.create(db, ROWS);
    backUp();
  }

  private void backUp() throws Exception {
    starts.start(db);
    assertTrue(Files.exists(Databases.beside(db, ".bak")));
  }

  private void assertRestored() throws Exception {
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = starts.start(db, "PRAGMA integrity_check");
    assertEquals(List.of("ok"), start.answers(), start.lines()::toString);
    assertEquals(ROWS, Databases.rows(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  /** Every row as it is now, not as it was at the time of the backup; one line. */
  private void assertRebuilt() throws Exception {
    byte[] before = Files.readAllBytes(db);
    byte[] backup = Files.readAllBytes(Databases.beside(db, ".bak"));
    List<String> rows = Databases.query(db, ROWS_IN_ORDER);
    Starts.Start start = starts.start(db, "PRAGMA integrity_check");
    assertEquals(List.of("ok"), start.answers(), start.lines()::toString);
    assertEquals(rows, Databases.query(db, ROWS_IN_ORDER));
    assertArrayEquals(before, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertArrayEquals(backup, Files.readAllBytes(Databases.beside(db, ".bak")));
    assertTrue(Files.exists(Databases.beside(db, ".corrupt.report.json")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
    byte[] rebuilt = Files.readAllBytes(db);
    assertEquals("ok", starts.start(db).opened());
    assertArrayEquals(rebuilt, Files.readAllBytes(db));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt.1")));
  }

  /** Reported, in one line, and nothing else done. */
  private void assertOnlyReported() throws Exception {
    byte[] before = Files.readAllBytes(db);
    byte[] backup = Files.readAllBytes(Databases.beside(db, ".bak"));
    List<String> names = Databases.filesOf(db);
    Starts.Start start = starts.start(db);
    assertEquals("ok", start.opened());
    assertArrayEquals(before, Files.readAllBytes(db), start.lines()::toString);
    assertArrayEquals(backup, Files.readAllBytes(Databases.beside(db, ".bak")));
    assertEquals(names, Databases.filesOf(db));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  /** Something that only the live file has, so that a restore would show. */
  private void updateARow() throws Exception {
    Databases.execute(db, "UPDATE t SET x = 'row 9999 newer than the backup' WHERE id = 1");
  }

  @Test
  void zeroedTableLeafIsRestored() throws Exception {
    createAndBackUp();
    Databases.damage(db, "t", 1);
    assertRestored();
  }

  @Test
  void zeroedRootPageOfATableIsRestored() throws Exception {
    createAndBackUp();
    Images.zeroPage(
        db,
        Integer.parseInt(
            Databases.query(db, "SELECT rootpage FROM sqlite_schema WHERE name = 't'").get(0)));
    assertRestored();
  }

  @Test
  void cellPointersThatLeadNowhereAreRestored() throws Exception {
    createAndBackUp();
    int leaf = Databases.leaves(db, "t").get(3);
    byte[] page = Images.page(db, leaf);
    for (int i = 8; i < 16; i++) {
      page[i] = (byte) 0xff;
    }
    Images.putPage(db, leaf, page);
    assertRestored();
  }

  @Test
  void fileCutToHalfIsRestored() throws Exception {
    createAndBackUp();
    try (var file = new RandomAccessFile(db.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    assertFalse(Databases.isIntact(db));
    assertRestored();
  }

  @Test
  void firstPageThatIsNoTreeIsRestored() throws Exception {
    createAndBackUp();
    Databases.overwrite(db, 100, new byte[8]);
    assertFalse(Databases.isIntact(db));
    assertRestored();
  }

  @Test
  void staleTableLeafLosesRowsAndIsRestored() throws Exception {
    createAndBackUp();
    Images.loseTwoRows(db);
    assertEquals(
        List.of("wrong # of entries in index ix"), Databases.query(db, "PRAGMA integrity_check"));
    assertRestored();
  }

  @Test
  void freelistCountThatIsWrongIsBuiltAnew() throws Exception {
    createAndBackUp();
    Databases.execute(db, "DELETE FROM t WHERE id > 300");
    Images.putInt(db, 36, 3);
    assertTrue(Databases.query(db, "PRAGMA integrity_check").get(0).contains("reelist"));
    assertRebuilt();
  }

  @Test
  void leakedPagesAreBuiltAnew() throws Exception {
    createAndBackUp();
    Databases.execute(db, "DELETE FROM t WHERE id > 300");
    Images.putInt(db, 32, 0);
    Images.putInt(db, 36, 0);
    assertTrue(Databases.query(db, "PRAGMA integrity_check").get(0).contains("never used"));
    assertRebuilt();
  }

  /** A lost write of an index page. */
  @Test
  void rowsMissingFromAnIndexAreBuiltAnew() throws Exception {
    createAndBackUp();
    Images.loseWrites(db, "ix", "UPDATE t SET x = 'row 2 newer' WHERE id = 1");
    assertFalse(Databases.isIntact(db));
    assertTrue(
        Databases.query(db, "PRAGMA integrity_check").stream()
            .allMatch(
                line ->
                    line.contains("missing from index")
                        || line.contains("values differ")
                        || line.startsWith("wrong # of entries")));
    assertRebuilt();
  }

  /** Entries are gone, and the space that they took isn't accounted for. */
  @Test
  void indexPageWithFewerEntriesIsBuiltAnew() throws Exception {
    createAndBackUp();
    updateARow();
    int leaf = Databases.leaves(db, "ix").get(2);
    byte[] page = Images.page(db, leaf);
    page[4] -= 2;
    Images.putPage(db, leaf, page);
    assertFalse(Databases.isIntact(db));
    assertRebuilt();
  }

  @Test
  void zeroedIndexLeafIsBuiltAnew() throws Exception {
    createAndBackUp();
    updateARow();
    Images.zeroPage(db, Databases.leaves(db, "ix").get(2));
    assertFalse(Databases.isIntact(db));
    assertRebuilt();
  }

  @Test
  void brokenCellPointersInAnIndexAreBuiltAnew() throws Exception {
    createAndBackUp();
    updateARow();
    int leaf = Databases.leaves(db, "ix").get(2);
    byte[] page = Images.page(db, leaf);
    for (int i = 8; i < 16; i++) {
      page[i] = (byte) 0xff;
    }
    Images.putPage(db, leaf, page);
    assertFalse(Databases.isIntact(db));
    assertRebuilt();
  }

  @Test
  void zeroedRootPageOfAnIndexIsBuiltAnew() throws Exception {
    createAndBackUp();
    updateARow();
    Images.zeroPage(
        db,
        Integer.parseInt(
            Databases.query(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'ix'").get(0)));
    assertFalse(Databases.isIntact(db));
    assertRebuilt();
  }

  @Test
  void indexThatIsNotUniqueAnyMoreIsOnlyReported() throws Exception {
    Databases.execute(
        db, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", "CREATE UNIQUE INDEX ix ON t(x)");
    Databases.execute(db, "INSERT INTO t(x) VALUES ('aaa'), ('bbb'), ('ccc')");
    backUp();
    byte[] bytes = Files.readAllBytes(db);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Databases.overwrite(db, 0, text.replace("bbb", "aaa").getBytes(StandardCharsets.ISO_8859_1));
    assertTrue(Databases.query(db, "PRAGMA integrity_check").get(0).contains("non-unique"));
    assertOnlyReported();
  }

  /** The pages of the map are needed by incremental vacuum alone: all rows are where they were. */
  @Test
  void pointerMapThatIsWrongIsBuiltAnew() throws Exception {
    Databases.execute(
        db, "PRAGMA auto_vacuum=FULL", "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
    Databases.addRows(db, ROWS);
    backUp();
    updateARow();
    Images.zeroPage(db, 2);
    assertFalse(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertRebuilt();
  }

  @Test
  void zeroedHeaderOfAProvenDatabaseIsRestored() throws Exception {
    createAndBackUp();
    Databases.overwrite(db, 0, new byte[100]);
    assertRestored();
  }

  @Test
  void wholeFirstPageOverwrittenIsRestored() throws Exception {
    createAndBackUp();
    byte[] noise = new byte[Images.pageSize(db)];
    new Random(1).nextBytes(noise);
    Images.putPage(db, 1, noise);
    assertRestored();
  }

  @Test
  void impossiblePageSizeIsRestored() throws Exception {
    createAndBackUp();
    Databases.overwrite(db, 16, new byte[] {0x11, 0x11});
    assertRestored();
  }

  /**
   * A write that went to the wrong place: one leaf's rows are there twice, another's not at all.
   */
  @Test
  void leafWrittenOverAnotherIsRestored() throws Exception {
    Databases.create(db, ROWS);
    Databases.execute(db, "UPDATE t SET x = 'short ' || id WHERE id BETWEEN 100 AND 300", "VACUUM");
    backUp();
    List<Integer> leaves = Databases.leaves(db, "t");
    int fullest = leaves.get(0);
    int emptiest = leaves.get(0);
    for (int leaf : leaves) {
      fullest = cells(leaf) > cells(fullest) ? leaf : fullest;
      emptiest = cells(leaf) < cells(emptiest) ? leaf : emptiest;
    }
    assertTrue(cells(fullest) > cells(emptiest));
    Images.putPage(db, emptiest, Images.page(db, fullest));
    assertFalse(Databases.isIntact(db));
    assertRestored();
  }

  private int cells(int page) throws IOException {
    byte[] bytes = Images.page(db, page);
    return (bytes[3] & 0xff) << 8 | bytes[4] & 0xff;
  }
}
