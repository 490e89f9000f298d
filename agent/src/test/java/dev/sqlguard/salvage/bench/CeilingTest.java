package dev.sqlguard.salvage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CeilingTest {
  @TempDir private static Path folder;
  private static Path base;
  private static Original original;

  @BeforeAll
  static void buildBase() throws Exception {
    base = folder.resolve("base.db");
    BaseDatabase.ofMegabytes(5).build(base);
    original = Original.read(base, BaseDatabase.SEARCH_TERM);
  }

  private static Ceiling ceiling(Damage damage) throws Exception {
    Path damaged = folder.resolve("damaged.db");
    damage.make(base, damaged, BaseDatabase.TARGETS, 1);
    return Ceiling.of(base, damaged);
  }

  @Test
  void allRowsOfAnUndamagedCopySurvive() throws Exception {
    Ceiling ceiling = ceiling(Damage.UNDAMAGED);
    assertEquals(original.rows(), ceiling.intact());
    original
        .tables()
        .forEach(
            (name, rows) ->
                assertEquals(
                    new Ceiling.Count(rows.size(), rows.size()), ceiling.tables().get(name), name));
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "CELL_POINTER_BIT",
        "PAGE_TYPE_BIT",
        "HEADER_ZEROED",
        "FIRST_PAGE_ZEROED",
        "INTERIOR_PAGE_RANDOM",
        "ROOT_PAGE_RANDOM",
        "FREELIST_TRUNK_RANDOM",
        "TAIL_RANDOM",
        "SCHEMA_LEAF_ZEROED",
        "INDEX_ROOT_RANDOM",
        "LEAF_LINKED_TWICE",
        "PAGE_SIZE_FIELD"
      })
  void allRowsSurviveWhatHitsNoRow(Damage damage) throws Exception {
    assertEquals(original.rows(), ceiling(damage).intact());
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "LEAVES_ZEROED",
        "TRUNCATED",
        "ONE_PERCENT_RANDOM",
        "TORN_SECTORS",
        "MISDIRECTED_WRITES",
        "WITHOUT_ROWID_INTERIOR_RANDOM",
        "FIRST_MEBIBYTE_ZEROED",
        "FIVE_PERCENT_RANDOM",
        "MISDIRECTED_WRITES_UNCHECKED"
      })
  void rowsOnOverwrittenPagesDont(Damage damage) throws Exception {
    Ceiling ceiling = ceiling(damage);
    assertEquals(original.rows(), ceiling.rows());
    assertTrue(ceiling.intact() < ceiling.rows() && ceiling.intact() > 0, "" + ceiling.intact());
  }

  @Test
  void aRowDiesWithAnyPageOfItsChain() throws Exception {
    Ceiling ceiling = ceiling(Damage.OVERFLOW_PAGES_ZEROED);
    long destroyed = ceiling.rows() - ceiling.intact();
    assertTrue(destroyed > 0 && destroyed <= 20, destroyed + " rows");
    Ceiling.Count scans = ceiling.tables().get("scans");
    assertEquals(destroyed, scans.rows() - scans.intact());
  }

  @Test
  void eachFlippedCellIsOneRow() throws Exception {
    Ceiling ceiling = ceiling(Damage.VALUE_BITS);
    assertEquals(50, ceiling.rows() - ceiling.intact());
  }
}
