package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Write-ahead logs and hot journals beside a database. */
class SideFilesTest {
  private static final int PAGE = 1024;
  private static final int FRAME = 24 + PAGE;
  private static final int WAL_HEADER = 32;

  @TempDir private Path folder;
  private Path file;
  private Path live;

  @BeforeEach
  void names() {
    file = folder.resolve("app.db");
    live = folder.resolve("live.db");
  }

  /** A log of some 600 frames in 150 transactions; the rows after the last one. */
  private List<String> withLog() throws Exception {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + live)) {
      WrittenDatabase.run(
          db,
          "PRAGMA page_size = " + PAGE,
          "PRAGMA journal_mode = WAL",
          "PRAGMA wal_autocheckpoint = 0",
          "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
          TrapsTest.NUMBERS.formatted(1500) + "INSERT INTO t SELECT i, 'row ' || i FROM n",
          "PRAGMA wal_checkpoint(TRUNCATE)");
      for (int i = 0; i < 150; i++) {
        WrittenDatabase.run(
            db,
            "UPDATE t SET x = 'later ' || id || '.' || %d WHERE id %% 375 = %d".formatted(i, i));
      }
      Files.copy(live, file);
      Files.copy(Path.of(live + "-wal"), Path.of(file + "-wal"));
    }
    return TableDump.of(live).tables().get("t");
  }

  private byte[] log() throws Exception {
    return Files.readAllBytes(Path.of(file + "-wal"));
  }

  private void log(byte[] bytes) throws Exception {
    Files.write(Path.of(file + "-wal"), bytes);
  }

  @Test
  void theLogCounts() throws Exception {
    List<String> rows = withLog();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(rows, salvaged.rows("t"));
  }

  @Test
  void oneBadFrameAmongFiveHundredCostsOneCell() throws Exception {
    List<String> rows = withLog();
    byte[] log = log();
    int frames = (log.length - WAL_HEADER) / FRAME;
    assertTrue(frames >= 500, frames + " frames");
    int bad = WAL_HEADER + frames / 2 * FRAME;
    int page = ByteBuffer.wrap(log).getInt(bad);
    // The header of the record in the first cell of the page's first pointer.
    int pointer = bad + 24 + 8;
    int cell = bad + 24 + ((log[pointer] & 0xff) << 8 | log[pointer + 1] & 0xff);
    assertEquals(13, log[bad + 24], "page " + page + " is a leaf");
    log[cell + 3] = 0x7f;
    log(log);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    List<String> missing = new ArrayList<>(rows);
    missing.removeAll(salvaged.rows("t"));
    assertTrue(missing.size() <= 1, missing.toString());
    assertTrue(rows.containsAll(salvaged.rows("t")));
  }

  @Test
  void aLogWithoutItsHeaderCounts() throws Exception {
    List<String> rows = withLog();
    byte[] log = log();
    java.util.Arrays.fill(log, 0, 8, (byte) 0);
    log(log);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(rows, salvaged.rows("t"));
  }

  @Test
  void aHotJournalIsRolledBack() throws Exception {
    List<String> rows;
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + live)) {
      WrittenDatabase.run(
          db,
          "PRAGMA page_size = " + PAGE,
          "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
          TrapsTest.NUMBERS.formatted(1500) + "INSERT INTO t SELECT i, 'row ' || i FROM n");
      rows = TableDump.of(live).tables().get("t");
      WrittenDatabase.run(
          db,
          "PRAGMA cache_size = 5",
          "BEGIN",
          "UPDATE t SET x = 'never committed'",
          "DELETE FROM t WHERE id % 3 = 0");
      Files.copy(live, file);
      Files.copy(Path.of(live + "-journal"), Path.of(file + "-journal"));
    }
    assertTrue(new DamagedImage(file).find("never committed") > 0);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(rows, salvaged.rows("t"));
  }
}
