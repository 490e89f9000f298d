package dev.sqlguard.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.verify.Finding.Kind;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What SQLite's versions say, understood. */
class WordingsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CONSTRAINT | CHECK constraint failed in t",
        "CONSTRAINT | NULL value in t.a",
        "CONSTRAINT | TEXT value in t.a",
        "CONSTRAINT | NUMERIC value in t.a",
        "CONSTRAINT | non-INTEGER value in t.a",
        "CONSTRAINT | NULL value in page 3 is never used.a",
        "CONSTRAINT | CHECK constraint failed in freelist: ptrmap",
        "INDEX_CONTENT | row 257 missing from index ia",
        "INDEX_CONTENT | rowid 257 missing from index ia",
        "INDEX_CONTENT | rowid -7 missing from index ia",
        "INDEX_CONTENT | wrong # of entries in index ia",
        "INDEX_CONTENT | non-unique entry in index un",
        "INDEX_CONTENT | row 3 values differ from index ia",
        "INDEX_CONTENT | row 3 missing from index ptrmap",
        "INDEX_CONTENT | wrong # of entries in index pointer map",
        "TEXT_INDEX | fts5: checksum mismatch for table \"f\"",
        "TEXT_INDEX | malformed inverted index for FTS4 table main.f",
        "STRUCTURE | something that no version says yet"
      })
  void findingsAboutRowsAreClassified(String kind, String text) {
    assertEquals(Kind.valueOf(kind), Finding.ofRows(text).kind());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FREE_SPACE | Freelist: size is 20 but should be 3",
        "FREE_SPACE | Main freelist: 1 of 2 pages missing from overflow list",
        "FREE_SPACE | Page 224: never used",
        "FREE_SPACE | Page 224 is never used",
        "FREE_SPACE | Bad ptr map entry key=5 expected=(1,0) got=(2,3)",
        "FREE_SPACE | Failed to read ptrmap key=3",
        "STRUCTURE | Tree 3 page 13: btreeInitPage() returns error code 11",
        "STRUCTURE | On tree page 13 cell 3: Rowid 4 out of order",
        "STRUCTURE | Fragmentation of 188 bytes reported as 0 on page 9",
        "STRUCTURE | something that no version says yet"
      })
  void findingsAboutPagesAreClassified(String kind, String text) {
    assertEquals(Kind.valueOf(kind), Finding.ofPages(text).kind());
  }

  @Test
  void treesAndPagesAreRead() {
    Finding finding = Finding.ofPages("Tree 3 page 13 cell 2: Rowid 4 out of order");
    assertEquals(3, finding.tree());
    assertEquals(13, finding.page());
    Finding old = Finding.ofPages("On tree page 13 cell 3: invalid page number 99");
    assertEquals(0, old.tree());
    assertEquals(13, old.page());
    assertEquals(0, Finding.ofPages("Tree 99999999999999 page 1").tree());
  }

  @Test
  void namesHoldAnything() {
    assertEquals("a b", Finding.ofRows("wrong # of entries in index a b").index());
    assertEquals("a\nb\n", Finding.ofRows("row 1 missing from index a\nb\n").index());
    assertEquals(
        "a.\nb", Finding.ofRows("malformed inverted index for FTS4 table main.a.\nb").index());
    assertEquals(Kind.CONSTRAINT, Finding.ofRows("NULL value in a\nb.c").kind());
    assertEquals(0, Finding.ofRows("In RTree main.page 5:\nNode 1 missing from database").page());
  }

  @Test
  void codesOfOldDriversStandInTheMessage() {
    assertEquals(5, SqliteError.of(new SQLException("[SQLITE_BUSY]  The file is locked")).code());
    assertEquals(11, SqliteError.of(new SQLException("[SQLITE_CORRUPT]  malformed")).code());
    assertEquals(26, SqliteError.of(new SQLException("[SQLITE_NOTADB]  no")).code());
    assertEquals(1, SqliteError.of(new SQLException("[SQLITE_ERROR]  no such x")).code());
    assertEquals(11, SqliteError.of(new SQLException("x", null, 779)).code());
  }

  private static Contents contents(Object... pairs) {
    Map<String, Long> rows = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      rows.put((String) pairs[i], ((Integer) pairs[i + 1]).longValue());
    }
    return new Contents(new TreeMap<>(rows));
  }

  @Test
  void aRemnantIsPoor() {
    Contents rich = contents("a", 100, "b", 50);
    assertTrue(Contents.NONE.isPoorRemnantOf(rich));
    assertTrue(contents("a", 0, "b", 0).isPoorRemnantOf(rich));
    assertTrue(contents("a", 150).isPoorRemnantOf(rich));
    assertTrue(contents("a", 60, "b", 1).isPoorRemnantOf(rich));
    assertFalse(contents("a", 100, "b", 0).isPoorRemnantOf(rich));
    assertFalse(contents("a", 101, "b", 50, "c", 0).isPoorRemnantOf(rich));
    assertFalse(contents("a", 0).isPoorRemnantOf(contents("a", 0)));
    assertTrue(Contents.NONE.isPoorRemnantOf(contents("a", 0)));
  }

  @Test
  void aBackupMustLackNothing() {
    Contents readable = contents("a", 100, "b", 50);
    assertEquals(Optional.empty(), contents("a", 100, "b", 51).firstTablePoorerThan(readable));
    assertEquals(Optional.of("b"), contents("a", 999, "b", 49).firstTablePoorerThan(readable));
    assertEquals(Optional.of("a"), contents("b", 50).firstTablePoorerThan(readable));
  }
}
