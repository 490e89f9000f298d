package dev.sqlguard.verify;

import static dev.sqlguard.verify.Scratch.execute;
import static dev.sqlguard.verify.Scratch.fill;
import static dev.sqlguard.verify.Scratch.leaves;
import static dev.sqlguard.verify.Scratch.page;
import static dev.sqlguard.verify.Scratch.putPage;
import static dev.sqlguard.verify.Scratch.verdict;
import static dev.sqlguard.verify.Scratch.zeroPage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a damaged database still holds, so that no backup with less replaces it. */
class ReadableRowsTest {
  @TempDir Path directory;
  private Path image;

  @BeforeEach
  void name() {
    image = directory.resolve("image.db");
  }

  private Map<String, Long> readable() {
    Verdict.Damaged damaged = assertInstanceOf(Verdict.Damaged.class, verdict(image));
    assertTrue(damaged.losesRows(), damaged.findings().toString());
    return damaged.readable().rowsByTable();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rowid, x",
        "\"ROWID\" INTEGER, x",
        "rowid, _rowid_ AS (x) STORED, x",
        "rowid, x, _rowid_ AS (1), oid AS (2)",
        "rowid INTEGER PRIMARY KEY, x"
      })
  void columnsThatHideTheRowidDoNotHideTheRows(String columns) throws Exception {
    execute(image, "CREATE TABLE t(" + columns + ")", fill("t(rowid, x)", 1, 1000));
    List<Integer> leaves = leaves(image, "t");
    long lost = zeroPage(image, leaves.get(0)) + zeroPage(image, leaves.get(4));
    assertEquals(Map.of("t", 1000 - lost), readable());
  }

  /** Between two broken leaves, too, and in the tree of its interior pages. */
  @Test
  void rowsOfATableWithoutRowidsAreCountedBehindBrokenPages() throws Exception {
    execute(
        image, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT) WITHOUT ROWID", fill("t", 1, 1000));
    List<Integer> leaves = leaves(image, "t");
    long lost =
        zeroPage(image, leaves.get(0))
            + zeroPage(image, leaves.get(4))
            + zeroPage(image, leaves.get(leaves.size() - 1));
    assertEquals(Map.of("t", 1000 - lost), readable());
  }

  @ParameterizedTest
  @CsvSource({"-1000, 0", "-500, 500", "-2000000000, -1999999000", "2000000000, 2000001000"})
  void rowidsOfAnySignAreFoundBehindBrokenPages(int from, int to) throws Exception {
    execute(image, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", fill("t", from, to));
    List<Integer> leaves = leaves(image, "t");
    long lost =
        zeroPage(image, leaves.get(0))
            + zeroPage(image, leaves.get(2))
            + zeroPage(image, leaves.get(leaves.size() / 2));
    assertEquals(Map.of("t", to - from + 1 - lost), readable());
  }

  /** One flipped bit must not make all that follows look out of order. */
  @Test
  void aRowidThatIsFarTooHighHidesNoRowBehindIt() throws Exception {
    execute(image, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", fill("t", 1000, 1999));
    int leaf = leaves(image, "t").get(3);
    byte[] page = page(image, leaf);
    int firstCell = (page[8] & 0xff) << 8 | page[9] & 0xff;
    page[firstCell + 1] |= 0x7f;
    putPage(image, leaf, page);
    assertEquals(Map.of("t", 1000L), readable());
  }

  /** SQLite ignores the bits of a pointer that lead off the page. */
  @Test
  void aFlippedBitInACellPointerHidesNoRow() throws Exception {
    execute(image, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", fill("t", 1, 1000));
    List<Integer> leaves = leaves(image, "t");
    byte[] page = page(image, leaves.get(5));
    page[8] |= (byte) 0x80;
    putPage(image, leaves.get(5), page);
    long lost = zeroPage(image, leaves.get(2));
    assertEquals(Map.of("t", 1000 - lost), readable());
  }

  @Test
  void aPageWrittenOverAnotherCountsOnce() throws Exception {
    execute(image, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", fill("t", 1, 1000));
    List<Integer> leaves = leaves(image, "t");
    byte[] copy = page(image, leaves.get(5));
    long lost = zeroPage(image, leaves.get(2));
    putPage(image, leaves.get(2), copy);
    assertEquals(Map.of("t", 1000 - lost), readable());
  }

  /** Of a module's shadow tables those are left out that it derives, and no table beside them. */
  @Test
  void onlyWhatAModuleDerivesIsLeftOut() throws Exception {
    execute(
        image,
        "CREATE VIRTUAL TABLE places USING rtree(id, a, b)",
        "CREATE TABLE places_data(x)",
        "CREATE TABLE places_stat(x)",
        "CREATE VIRTUAL TABLE IF NOT EXISTS main.\"using fts5\" /* USING rtree */ USING"
            + " -- rtree\n [FTS5] (x)",
        "CREATE TABLE \"using fts5_node\"(x)",
        "CREATE VIRTUAL TABLE old using `fts4`(x)",
        "CREATE TABLE old_parent(x)",
        "CREATE VIRTUAL TABLE bare USING fts5(x, content='')",
        "INSERT INTO places VALUES (1, 2, 3)",
        "INSERT INTO places_data VALUES (1), (2)",
        "INSERT INTO \"using fts5\" VALUES ('a'), ('b'), ('c')",
        "INSERT INTO old VALUES ('a'), ('b'), ('c'), ('d')",
        "INSERT INTO bare(rowid, x) VALUES (1, 'a'), (2, 'b')");
    Verdict.Healthy healthy = assertInstanceOf(Verdict.Healthy.class, verdict(image));
    assertEquals(
        Map.of(
            "places_rowid", 1L,
            "places_data", 2L,
            "places_stat", 0L,
            "using fts5_content", 3L,
            "using fts5_node", 0L,
            "old_content", 4L,
            "old_parent", 0L,
            "bare_docsize", 2L),
        healthy.contents().rowsByTable());
  }
}
