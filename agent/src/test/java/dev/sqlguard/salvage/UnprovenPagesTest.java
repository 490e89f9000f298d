package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.Replay;
import dev.sqlguard.salvage.bench.TableDump;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages whose frame in the WAL, or whose record in a hot journal, fails its checksum. */
class UnprovenPagesTest {
  private static final int PAGE = 4096;
  private static final int WAL_HEADER = 32;
  private static final int FRAME_HEADER = 24;
  private static final int SECTOR = 512;
  private static final int ROWS = 3000;
  private static final String SERIES =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ROWS + ") ";

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("app.db");
  }

  /** A copy of a database and of what stands beside it, as it is in the middle of the work. */
  private void freeze(Path live, String suffix) throws IOException {
    Files.copy(live, file);
    Files.copy(Path.of(live + suffix), Path.of(file + suffix));
  }

  private static String[] table(String... more) {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT, y INTEGER)",
                SERIES + "INSERT INTO t SELECT i, printf('%.*c', 30, 'x'), i FROM n"),
            java.util.stream.Stream.of(more))
        .toArray(String[]::new);
  }

  private List<String> hotJournal(String... tables) throws Exception {
    Path live = directory.resolve("live.db");
    List<String> before;
    try (Connection db = WrittenDatabase.open(live)) {
      WrittenDatabase.run(db, tables);
    }
    before = TableDump.of(live).tables().get("t");
    try (Connection db = WrittenDatabase.open(live)) {
      WrittenDatabase.run(
          db,
          "PRAGMA journal_mode = DELETE",
          "PRAGMA synchronous = FULL",
          "PRAGMA cache_size = 15",
          "BEGIN",
          "UPDATE t SET y = -y");
      freeze(live, "-journal");
      WrittenDatabase.run(db, "ROLLBACK");
    }
    return before;
  }

  /** Breaks the record of one page of a kind; of a checksum only every 200th byte is part. */
  private int breakRecord(int type) throws IOException {
    Path journal = Path.of(file + "-journal");
    byte[] bytes = Files.readAllBytes(journal);
    int seen = 0;
    for (int at = SECTOR; at + PAGE + 8 <= bytes.length; at += PAGE + 8) {
      int page = ByteBuffer.wrap(bytes).getInt(at);
      if (page > 1 && bytes[at + 4] == type && seen++ == 2) {
        bytes[at + 4 + PAGE - 200] ^= 0x20;
        Files.write(journal, bytes);
        return page;
      }
    }
    throw new AssertionError("no such page in the journal");
  }

  @Test
  void aBadRecordOfAHotJournal() throws Exception {
    List<String> before = hotJournal(table());
    int page = breakRecord(13);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertFalse(salvaged.report().isComplete());
    assertEquals(1, salvaged.outcome("t").destroyed().size());
    assertTrue(salvaged.report().pages().stream().anyMatch(p -> p.page() == page));
    assertEquals(before.size(), salvaged.rows("t").size());
    assertEquals(List.of("1"), notesAboutBroken());
  }

  private List<String> notesAboutBroken() throws IOException {
    try (DamagedFile image = DamagedFile.open(file, Replay.SALVAGE)) {
      return image.notes().stream()
          .filter(note -> note.contains("broken"))
          .map(note -> note.split(" ")[0])
          .toList();
    }
  }

  @Test
  void anIndexKnowsWhichRowsWereNotCommitted() throws Exception {
    List<String> before = hotJournal(table("CREATE INDEX ty ON t(y)"));
    breakRecord(13);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertTrue(before.containsAll(salvaged.rows("t")));
    assertEquals(before.size(), salvaged.rows("t").size() + salvaged.quarantined().size());
    assertFalse(salvaged.quarantined().isEmpty());
    assertFalse(salvaged.report().isComplete());
  }

  private List<String> wal(String[] tables, String... changes) throws Exception {
    Path live = directory.resolve("live.db");
    try (Connection db = WrittenDatabase.open(live)) {
      WrittenDatabase.run(db, tables);
    }
    try (Connection db = WrittenDatabase.open(live)) {
      WrittenDatabase.text(db, "PRAGMA journal_mode = WAL");
      WrittenDatabase.run(db, "PRAGMA wal_autocheckpoint = 0");
      WrittenDatabase.run(db, changes);
      freeze(live, "-wal");
    }
    return TableDump.of(live).tables().get("t");
  }

  /** Changes a text in a frame of the WAL. */
  private void change(String text, char to) throws IOException {
    Path wal = Path.of(file + "-wal");
    byte[] bytes = Files.readAllBytes(wal);
    String all = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    int at = all.lastIndexOf(text);
    assertTrue(at > WAL_HEADER + FRAME_HEADER, "not in the WAL");
    try (RandomAccessFile out = new RandomAccessFile(wal.toFile(), "rw")) {
      out.seek(at);
      out.write(to);
    }
  }

  @Test
  void aValueOnAFrameThatFailsItsChecksum() throws Exception {
    List<String> right =
        wal(
            table(),
            "UPDATE t SET x = 'right' WHERE id = 50",
            "UPDATE t SET y = 0 WHERE id = 2000");
    change("right", 'w');
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(right.size(), salvaged.rows("t").size());
    assertFalse(salvaged.report().isComplete());
    assertEquals(1, salvaged.outcome("t").destroyed().size());
    assertEquals(1, salvaged.report().damagedPages());
  }

  /** On other pages the same row would stay. */
  @Test
  void aValueThatACheckForbidsOnAFrameThatFailsItsChecksum() throws Exception {
    String[] table = {
      "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT CHECK(x <> 'wight'), y INTEGER)",
      SERIES + "INSERT INTO t SELECT i, printf('%.*c', 30, 'x'), i FROM n"
    };
    List<String> right =
        wal(table, "UPDATE t SET x = 'right' WHERE id = 50", "UPDATE t SET y = 0 WHERE id = 2000");
    change("right", 'w');
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(right.size() - 1, salvaged.rows("t").size());
    assertTrue(right.containsAll(salvaged.rows("t")));
    assertEquals(1, salvaged.outcome("t").quarantined());
  }

  @Test
  void anOverflowPageThatFailsItsChecksum() throws Exception {
    List<String> right =
        wal(
            table(),
            "INSERT INTO t(x) VALUES (printf('%.*c', 9000, 'a') || 'right')",
            "UPDATE t SET y = 0 WHERE id = 2");
    change("right", 'w');
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(ROWS, salvaged.rows("t").size());
    assertTrue(right.containsAll(salvaged.rows("t")));
    assertEquals(1, salvaged.outcome("t").quarantined());
    assertFalse(salvaged.report().isComplete());
  }

  @Test
  void soundFilesBesideTheDatabase() throws Exception {
    List<String> right = wal(table(), "UPDATE t SET x = 'right' WHERE id = 50");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(right, salvaged.rows("t"));
    assertTrue(salvaged.report().isComplete());
    assertEquals(0, salvaged.report().damagedPages());
  }
}
