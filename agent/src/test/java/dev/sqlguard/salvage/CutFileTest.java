package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file that ends within a page, as a copy does that somebody broke off. SQLite reads zeros for
 * what lacks; a value must not end in them.
 */
class CutFileTest {
  private static final int PAGE = 512;
  private static final int STEP = 29;

  @TempDir private Path folder;
  private Path whole;
  private Path cut;

  @BeforeEach
  void names() {
    whole = folder.resolve("whole.db");
    cut = folder.resolve("cut.db");
  }

  private List<String> create(String value) throws Exception {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + whole)) {
      WrittenDatabase.run(
          db,
          "PRAGMA page_size = " + PAGE,
          "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
          TrapsTest.NUMBERS.formatted(60) + "INSERT INTO t SELECT i, " + value + " FROM n");
    }
    return TableDump.of(whole).tables().get("t");
  }

  private void cutTo(long size) throws Exception {
    Files.deleteIfExists(cut);
    Files.copy(whole, cut);
    try (RandomAccessFile file = new RandomAccessFile(cut.toFile(), "rw")) {
      file.setLength(size);
    }
  }

  private void assertNoValueIsCut(List<String> rows) throws Exception {
    int fewest = rows.size();
    for (long size = Files.size(whole) - 1; size > Files.size(whole) - 4 * PAGE; size -= STEP) {
      cutTo(size);
      Salvaged salvaged = Salvaged.of(cut);
      List<String> found = salvaged.rows("t");
      assertTrue(rows.containsAll(found), "" + size);
      assertEquals(List.of(), salvaged.findings());
      assertTrue(found.size() == rows.size() || !salvaged.report().isComplete(), "" + size);
      fewest = Math.min(fewest, found.size());
    }
    assertTrue(0 < fewest && fewest < rows.size(), "it cuts rows away, not all: " + fewest);
  }

  @Test
  void aRowOfWhichOnlyTheBeginningIsThere() throws Exception {
    assertNoValueIsCut(create("'row ' || i || ' ' || hex(zeroblob(20 + i % 7))"));
  }

  @Test
  void aRowThatGoesOnInTheCutPage() throws Exception {
    assertNoValueIsCut(create("'row ' || i || ' ' || hex(zeroblob(300 + i % 7))"));
  }

  @Test
  void theBackupHasWhatIsCutAway() throws Exception {
    List<String> rows = create("'row ' || i || ' ' || hex(zeroblob(20 + i % 7))");
    for (long size = Files.size(whole) - 1; size > Files.size(whole) - PAGE; size -= STEP) {
      cutTo(size);
      assertTrue(rows.equals(Salvaged.with(whole, cut).rows("t")), "" + size);
    }
  }

  /** The log has the page that the main file ends within: nothing of it lacks. */
  @Test
  void aPageThatTheLogHasIsWhole() throws Exception {
    create("'row ' || i");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + whole)) {
      WrittenDatabase.run(
          db,
          "PRAGMA journal_mode = WAL",
          "UPDATE t SET x = x || ' ' || hex(zeroblob(1 + id % 3))");
      cutTo(Files.size(whole) - PAGE / 2);
      Files.copy(Path.of(whole + "-wal"), Path.of(cut + "-wal"));
    }
    List<String> rows = TableDump.of(whole).tables().get("t");
    Salvaged salvaged = Salvaged.of(cut);
    assertEquals(rows, salvaged.rows("t"));
    assertTrue(salvaged.report().isComplete());
  }
}
