package dev.sqlguard.verify;

import static dev.sqlguard.verify.Scratch.execute;
import static dev.sqlguard.verify.Scratch.fill;
import static dev.sqlguard.verify.Scratch.leaves;
import static dev.sqlguard.verify.Scratch.page;
import static dev.sqlguard.verify.Scratch.putPage;
import static dev.sqlguard.verify.Scratch.verdict;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lost writes: of a table page, which loses rows, and of an index page, which loses none. */
class IndexEntriesTest {
  @TempDir Path directory;
  private Path image;

  @BeforeEach
  void name() {
    image = directory.resolve("image.db");
  }

  private void create(String columns, String index) throws Exception {
    execute(image, "CREATE TABLE t(" + columns + ")", index, fill("t(n, x)", 1, 1000));
  }

  /**
   * Undoes what {@code change} does to the pages of {@code tree}, as if they hadn't been written.
   */
  private void loseWrites(String tree, String... change) throws Exception {
    Map<Integer, byte[]> before = new TreeMap<>();
    for (int leaf : leaves(image, tree)) {
      before.put(leaf, page(image, leaf));
    }
    execute(image, change);
    assertEquals(List.copyOf(before.keySet()), leaves(image, tree).stream().sorted().toList());
    int lost = 0;
    for (Map.Entry<Integer, byte[]> leaf : before.entrySet()) {
      if (!Arrays.equals(leaf.getValue(), page(image, leaf.getKey()))) {
        putPage(image, leaf.getKey(), leaf.getValue());
        lost++;
      }
    }
    assertTrue(lost > 0);
  }

  private Verdict.Damaged damaged() {
    return assertInstanceOf(Verdict.Damaged.class, verdict(image));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE INDEX ix ON t(x)",
        "CREATE INDEX ix ON t(x COLLATE NOCASE DESC, n)",
        "CREATE INDEX \"i'x\n\"\"ptrmap\" ON t(x)",
        "CREATE INDEX ix ON t(lower(x))",
        "CREATE UNIQUE INDEX ix ON t(x)"
      })
  void entriesWithoutTheirRowsAreLostRows(String index) throws Exception {
    create("n INTEGER, x", index);
    execute(image, "CREATE TABLE spare AS SELECT n, x FROM t WHERE n IN (501, 502)");
    execute(image, "DELETE FROM t WHERE n IN (501, 502)");
    loseWrites("t", "INSERT INTO t(rowid, n, x) SELECT n, n, x FROM spare");
    assertEquals(List.of("998"), execute(image, "SELECT count(*) FROM t NOT INDEXED"));
    assertTrue(damaged().losesRows(), damaged().findings().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n, x, rowid",
        "n, x, rowid, _rowid_ AS (n)",
        "n, x, rowid, _rowid_ AS (n), oid",
        "n PRIMARY KEY, x"
      })
  void theyAreFoundWhateverTheRowidIsCalled(String columns) throws Exception {
    create(columns, "CREATE INDEX ix ON t(x)");
    execute(image, "CREATE TABLE spare AS SELECT n, x FROM t WHERE n IN (501, 502)");
    execute(image, "DELETE FROM t WHERE n IN (501, 502)");
    loseWrites("t", "INSERT INTO t(n, x) SELECT n, x FROM spare");
    assertTrue(damaged().losesRows(), damaged().findings().toString());
  }

  /** As many entries as rows, but of others: SQLite doesn't say that their number is wrong. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE INDEX ix ON t(x)",
        "CREATE INDEX ix ON t(x) WHERE n > 0 -- all of them",
        "CREATE INDEX ix ON t(x) WHERE n IN (/* ) WHERE */ 500, 501, 502) /* and no more"
      })
  void lostRowsAreNoticedWhereTheNumbersAgree(String index) throws Exception {
    create("n INTEGER, x", index);
    execute(image, "DELETE FROM t WHERE n = 501");
    loseWrites(
        "t", "DELETE FROM t WHERE n = 502", "INSERT INTO t(rowid, n, x) VALUES (501, 501, 'row')");
    assertEquals(List.of("999"), execute(image, "SELECT count(*) FROM t NOT INDEXED"));
    assertTrue(damaged().losesRows(), damaged().findings().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE INDEX ix ON t(x)",
        "CREATE INDEX ix ON t(lower(x))",
        "CREATE INDEX ix ON t(x) WHERE n > 0",
        "CREATE INDEX ix ON t(x) WHERE n < 600",
        "CREATE UNIQUE INDEX ix ON t(x DESC)"
      })
  void rowsWithoutTheirEntriesAreNotLost(String index) throws Exception {
    create("n INTEGER, x", index);
    execute(image, "DELETE FROM t WHERE n = 501");
    loseWrites("ix", "INSERT INTO t(rowid, n, x) VALUES (501, 501, 'row 501')");
    assertFalse(damaged().losesRows(), damaged().findings().toString());
    assertEquals(1000L, damaged().readable().rowsByTable().get("t"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"n PRIMARY KEY, x", "x, n, PRIMARY KEY (n, x)"})
  void rowsOfATableWithoutRowidsAreNotLostWithTheirEntries(String columns) throws Exception {
    execute(
        image,
        "CREATE TABLE t(" + columns + ") WITHOUT ROWID",
        "CREATE INDEX ix ON t(x)",
        fill("t(n, x)", 1, 1000),
        "DELETE FROM t WHERE n = 501");
    loseWrites("ix", "INSERT INTO t(n, x) VALUES (501, 'row 501')");
    assertFalse(damaged().losesRows(), damaged().findings().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"n PRIMARY KEY, x", "x, n, PRIMARY KEY (n, x)"})
  void entriesWithoutRowsOfATableWithoutRowidsAreLostRows(String columns) throws Exception {
    execute(
        image,
        "CREATE TABLE t(" + columns + ") WITHOUT ROWID",
        "CREATE INDEX ix ON t(x)",
        fill("t(n, x)", 1, 1000),
        "DELETE FROM t WHERE n = 501");
    loseWrites("t", "INSERT INTO t(n, x) VALUES (501, 'row 501')");
    assertTrue(damaged().losesRows(), damaged().findings().toString());
  }
}
