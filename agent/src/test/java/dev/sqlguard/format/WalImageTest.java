package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Write-ahead logs that SQLite wrote, read as SQLite reads them, and beyond what breaks them. */
class WalImageTest {
  private static final int IMAGES = Integer.getInteger("sqlguard.fuzz.images", 2000);

  @TempDir Path directory;

  /** A database and its log as they stood while a connection was open. */
  private record Pair(byte[] main, byte[] wal) {
    WalImage strict() throws IOException {
      return image(Replay.STRICT);
    }

    WalImage salvaged() throws IOException {
      return image(Replay.SALVAGE);
    }

    WalImage image(Replay replay) throws IOException {
      return WalImage.over(new MemoryImage(main), new MemoryImage(wal), replay);
    }

    Pair cut(int length) {
      return new Pair(main, Arrays.copyOf(wal, length));
    }

    Pair changed(int at, int mask) {
      byte[] other = wal.clone();
      other[at] ^= (byte) mask;
      return new Pair(main, other);
    }

    int pageSize() {
      return ByteBuffer.wrap(wal).getInt(8);
    }

    int frameAt(int number) {
      return 32 + (number - 1) * (24 + pageSize());
    }

    int frames() {
      return (wal.length - 32) / (24 + pageSize());
    }

    long page(int frame) {
      return ByteBuffer.wrap(wal).getInt(frameAt(frame));
    }

    long commitSize(int frame) {
      return ByteBuffer.wrap(wal).getInt(frameAt(frame) + 4);
    }

    byte[] content(int frame) {
      int at = frameAt(frame) + 24;
      return Arrays.copyOfRange(wal, at, at + pageSize());
    }
  }

  private Pair written(int pageSize, String... statements) throws Exception {
    Path file = Files.createTempFile(directory, "written", ".db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA page_size=" + pageSize);
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA wal_autocheckpoint=0");
      statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      for (String text : statements) {
        statement.execute(text);
      }
      return new Pair(Files.readAllBytes(file), Files.readAllBytes(wal(file)));
    }
  }

  private static Path wal(Path file) {
    return file.resolveSibling(file.getFileName() + "-wal");
  }

  private static String insert(int rows, int size) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        + rows
        + ") INSERT INTO t(x) SELECT i || hex(randomblob("
        + size
        + ")) FROM n";
  }

  private static String[] smallTransactions(int count) {
    String[] statements = new String[count];
    for (int i = 0; i < count; i++) {
      statements[i] = insert(3, 300);
    }
    return statements;
  }

  /** What SQLite makes of a copy. */
  private byte[] checkpointed(Pair pair) throws Exception {
    Path file = Files.createTempFile(directory, "copy", ".db");
    Files.write(file, pair.main);
    Files.write(wal(file), pair.wal);
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      statement.execute("SELECT count(*) FROM sqlite_master");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    byte[] result = Files.readAllBytes(file);
    Files.deleteIfExists(wal(file));
    Files.delete(file);
    return result;
  }

  static byte[] bytes(ByteSource image) throws IOException {
    byte[] all = new byte[(int) image.size()];
    assertEquals(all.length, image.read(0, all, 0, all.length));
    return all;
  }

  private static byte[] page(ByteSource image, int pageSize, long page) throws IOException {
    byte[] content = new byte[pageSize];
    assertTrue(new ImageReader(image, pageSize).read(page, content));
    return content;
  }

  private void assertAsSqlite(Pair pair) throws Exception {
    assertArrayEquals(checkpointed(pair), bytes(pair.strict()));
  }

  private static void assertCountsEveryFrame(WalImage image) {
    WalSummary summary = image.summary();
    assertEquals(summary.frames(), summary.applied() + summary.bad() + summary.ignored());
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void committedFramesOfEveryPageSizeAreApplied(int pageSize) throws Exception {
    Pair pair =
        written(
            pageSize,
            insert(500, 100),
            "CREATE INDEX ix ON t(x)",
            insert(300, 100),
            "DELETE FROM t WHERE id % 7 = 0");
    assertAsSqlite(pair);
    assertArrayEquals(bytes(pair.strict()), bytes(pair.salvaged()));
    WalSummary summary = pair.strict().summary();
    assertEquals(pair.frames(), summary.applied());
    assertEquals("", summary.reason());
    assertEquals(pageSize, pair.strict().pageSize().getAsInt());
  }

  @Test
  void whatIsReadInPiecesIsTheSame() throws Exception {
    Pair pair = written(1024, insert(500, 100), "PRAGMA wal_checkpoint", insert(300, 100));
    WalImage image = pair.strict();
    byte[] all = bytes(image);
    Random random = new Random(3);
    byte[] piece = new byte[5000];
    for (int i = 0; i < 1000; i++) {
      int at = random.nextInt(all.length + 100);
      int length = random.nextInt(piece.length);
      int read = image.read(at, piece, 0, length);
      assertEquals(Math.max(0, Math.min(length, all.length - at)), read);
      assertArrayEquals(
          Arrays.copyOfRange(all, Math.min(at, all.length), Math.min(at, all.length) + read),
          Arrays.copyOf(piece, read));
    }
  }

  @Test
  void aRestartedLogKeepsItsOldFramesToItself() throws Exception {
    Pair pair =
        written(
            1024,
            insert(800, 100),
            "PRAGMA wal_checkpoint(RESTART)",
            insert(5, 100),
            "UPDATE t SET x = 'changed' WHERE id < 20");
    assertAsSqlite(pair);
    WalSummary summary = pair.strict().summary();
    assertTrue(summary.ignored() > 0 && summary.applied() < summary.frames());
    assertEquals(0, summary.bad());
    assertArrayEquals(bytes(pair.strict()), bytes(pair.salvaged()));
    assertEquals(0, pair.salvaged().summary().bad());
  }

  @Test
  void aLogGrowsAndShrinksItsDatabase() throws Exception {
    Pair grown = written(1024, "PRAGMA wal_checkpoint(RESTART)", insert(800, 100));
    assertTrue(grown.strict().size() > grown.main.length);
    assertAsSqlite(grown);
    Pair shrunk =
        written(
            1024,
            insert(800, 100),
            "PRAGMA wal_checkpoint(RESTART)",
            "DELETE FROM t WHERE id > 10",
            "VACUUM");
    assertTrue(shrunk.strict().size() < shrunk.main.length);
    assertAsSqlite(shrunk);
    Pair both =
        written(1024, insert(800, 100), "DELETE FROM t WHERE id > 10", "VACUUM", insert(200, 100));
    assertAsSqlite(both);
  }

  @Test
  void aCutLogIsReadAsSqliteReadsIt() throws Exception {
    Pair pair =
        written(
            512,
            insert(40, 100),
            "PRAGMA wal_checkpoint(PASSIVE)",
            insert(10, 100),
            insert(10, 100),
            "DELETE FROM t WHERE id % 3 = 0",
            insert(10, 100));
    for (int frame = 1; frame <= pair.frames(); frame++) {
      assertAsSqlite(pair.cut(pair.frameAt(frame)));
    }
    Random random = new Random(4);
    for (int i = 0; i < 60; i++) {
      Pair cut = pair.cut(random.nextInt(pair.wal.length));
      assertAsSqlite(cut);
      assertArrayEquals(bytes(cut.strict()), bytes(cut.salvaged()));
    }
  }

  @Test
  void aBrokenLogIsReadStrictlyAsSqliteReadsIt() throws Exception {
    Pair pair = written(512, smallTransactions(20));
    Random random = new Random(5);
    for (int i = 0; i < 150; i++) {
      Pair broken = pair;
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        broken = broken.changed(random.nextInt(pair.wal.length), 1 << random.nextInt(8));
      }
      // Another format version is an error for SQLite, not another reading.
      if (ByteBuffer.wrap(broken.wal).getInt(4) == 3007000) {
        assertAsSqlite(broken);
        assertCountsEveryFrame(broken.strict());
        assertCountsEveryFrame(broken.salvaged());
      }
    }
  }

  @Test
  void oneBadFrameOfManyCostsItsOwnPageOnly() throws Exception {
    Pair pair = written(1024, smallTransactions(130));
    assertTrue(pair.frames() >= 500, () -> pair.frames() + " frames");
    byte[] whole = bytes(pair.strict());
    int suspects = 0;
    for (int frame = 240; frame < 260; frame++) {
      Pair broken = pair.changed(pair.frameAt(frame) + 24 + 700, 0x10);
      WalImage strict = broken.strict();
      assertTrue(strict.summary().applied() < frame);
      assertEquals(List.of((long) frame), strict.summary().firstBad());
      WalImage image = broken.salvaged();
      WalSummary summary = image.summary();
      assertEquals(pair.frames() - 1, summary.applied());
      assertEquals(List.of((long) frame), summary.firstBad());
      assertEquals(0, summary.unplaced());
      boolean overwritten = false;
      for (int later = frame + 1; later <= pair.frames(); later++) {
        overwritten |= pair.page(later) == pair.page(frame);
      }
      assertEquals(!overwritten, image.isSuspect(pair.page(frame)));
      byte[] expected = whole.clone();
      if (!overwritten) {
        assertArrayEquals(new long[] {pair.page(frame)}, image.suspectPages().toArray());
        int at = (int) (pair.page(frame) - 1) * 1024;
        System.arraycopy(broken.content(frame), 0, expected, at, 1024);
        suspects++;
      }
      assertArrayEquals(expected, bytes(image));
    }
    assertTrue(suspects > 0 && suspects < 20, () -> "the frames are all of one kind");
  }

  @Test
  void aFrameWhoseChecksumOrSaltsAloneAreBrokenIsProvenAllTheSame() throws Exception {
    Pair pair = written(1024, smallTransactions(20));
    byte[] whole = bytes(pair.strict());
    for (int frame = 1; frame < pair.frames(); frame++) {
      for (int field : new int[] {8, 13, 17, 22}) {
        WalImage image = pair.changed(pair.frameAt(frame) + field, 0x40).salvaged();
        assertArrayEquals(whole, bytes(image), "frame " + frame + " field " + field);
        assertEquals(0, image.summary().bad());
        assertEquals(0, image.suspectPages().count());
      }
    }
  }

  @Test
  void aFrameThatIsGoneEntirelyIsCountedAsUnplaced() throws Exception {
    Pair pair = written(1024, smallTransactions(20));
    byte[] wal = pair.wal.clone();
    Arrays.fill(wal, pair.frameAt(30), pair.frameAt(31), (byte) 0);
    WalImage image = new Pair(pair.main, wal).salvaged();
    assertEquals(1, image.summary().unplaced());
    // The next frame has nothing to continue from.
    assertEquals(List.of(30L, 31L), image.summary().firstBad());
    assertEquals(pair.frames() - 2, image.summary().applied());
    assertCountsEveryFrame(image);
  }

  @Test
  void aTransactionWithoutItsCommitNeverCounts() throws Exception {
    Pair pair = written(1024, smallTransactions(20));
    int last = pair.frames();
    int before = last - 1;
    while (pair.commitSize(before) == 0) {
      before--;
    }
    assertTrue(before < last - 1);
    byte[] expected = bytes(pair.cut(pair.frameAt(before + 1)).strict());
    assertArrayEquals(expected, bytes(pair.cut(pair.frameAt(last)).salvaged()));
    Pair brokenCommit = pair.changed(pair.frameAt(last) + 100, 1);
    assertArrayEquals(expected, bytes(brokenCommit.salvaged()));
    assertEquals(0, brokenCommit.salvaged().suspectPages().count());
    Pair brokenBefore = pair.changed(pair.frameAt(last - 1) + 100, 1).cut(pair.frameAt(last));
    assertArrayEquals(expected, bytes(brokenBefore.salvaged()));
  }

  @Test
  void aBrokenHeaderIsReplacedByWhatTheFramesProve() throws Exception {
    for (int pageSize : new int[] {512, 4096, 65536}) {
      Pair pair = written(pageSize, smallTransactions(10));
      byte[] whole = bytes(pair.strict());
      for (int at : new int[] {0, 3, 5, 9, 10, 13, 17, 22}) {
        Pair broken = pair.changed(at, 0x04);
        assertEquals(0, broken.strict().summary().applied());
        assertArrayEquals(pair.main, bytes(broken.strict()));
        assertArrayEquals(whole, bytes(broken.salvaged()), "byte " + at);
        assertEquals(0, broken.salvaged().summary().bad());
      }
      byte[] wal = pair.wal.clone();
      Arrays.fill(wal, 0, 32, (byte) 0);
      WalImage image = new Pair(pair.main, wal).salvaged();
      assertEquals(List.of(1L), image.summary().firstBad());
      assertArrayEquals(whole, bytes(image));
    }
  }

  @Test
  void aLogWithoutItsFirstFrameIsNotGuessedAt() throws Exception {
    Pair pair = written(1024, smallTransactions(10));
    byte[] wal = pair.wal.clone();
    Arrays.fill(wal, 0, 1024, (byte) 0);
    assertArrayEquals(pair.main, bytes(new Pair(pair.main, wal).salvaged()));
  }

  @Test
  void anEmptyOrRandomLogLeavesTheDatabaseAsItIs() throws Exception {
    Pair pair = written(1024, insert(100, 100), "PRAGMA wal_checkpoint(RESTART)");
    byte[] random = new byte[100_000];
    new Random(6).nextBytes(random);
    for (byte[] wal : List.of(new byte[0], new byte[31], new byte[32], new byte[5000], random)) {
      for (Replay replay : Replay.values()) {
        WalImage image = new Pair(pair.main, wal).image(replay);
        assertArrayEquals(pair.main, bytes(image));
        assertFalse(image.summary().reason().isEmpty());
        assertTrue(image.pageSize().isEmpty());
      }
    }
  }

  @Test
  void aLogOfAnotherPageSizeIsNotApplied() throws Exception {
    Pair mine = written(1024, insert(100, 100), "PRAGMA wal_checkpoint(RESTART)");
    Pair others =
        written(
            4096, insert(100, 100), "PRAGMA wal_checkpoint(RESTART)", "UPDATE t SET x = 'other'");
    Pair mixed = new Pair(mine.main, others.wal);
    // Without a first page in its log another database can't take this one over.
    int commit = 1;
    while (others.commitSize(commit) == 0) {
      commit++;
    }
    for (int frame = 1; frame <= commit; frame++) {
      assertTrue(others.page(frame) != 1);
    }
    Pair cut = mixed.cut(others.frameAt(commit + 1));
    for (Replay replay : Replay.values()) {
      assertArrayEquals(mine.main, bytes(cut.image(replay)));
      assertTrue(cut.image(replay).summary().reason().contains("4096"));
    }
  }

  @Test
  void aLogWithTheFirstPageMakesItsOwnDatabase() throws Exception {
    Pair mine = written(1024, insert(100, 100), "PRAGMA wal_checkpoint(RESTART)");
    Pair others = written(4096, insert(500, 100));
    assertAsSqlite(new Pair(mine.main, others.wal));
  }

  @Test
  void aLostMainFileLeavesWhatTheLogHas() throws Exception {
    Pair pair = written(1024, insert(100, 100));
    Pair lost = new Pair(new byte[0], pair.wal);
    assertEquals(0, lost.strict().size());
    assertArrayEquals(bytes(pair.strict()), bytes(lost.salvaged()));
    byte[] wrongSize = pair.main.clone();
    wrongSize[16] = 16;
    assertArrayEquals(bytes(pair.strict()), bytes(new Pair(wrongSize, pair.wal).salvaged()));
  }

  @Test
  void aHostilePageCountIsNotBelievedWhenSalvaging() throws Exception {
    Pair pair = written(1024, insert(100, 100));
    byte[] wal = Arrays.copyOf(pair.wal, pair.frameAt(2));
    ByteBuffer.wrap(wal).putInt(pair.frameAt(1) + 4, -1);
    long sum = ByteBuffer.wrap(wal).getLong(24);
    boolean bigEndian = (wal[3] & 1) == 1;
    sum = WalHeader.checksum(sum, wal, 32, 8, bigEndian);
    sum = WalHeader.checksum(sum, wal, 32 + 24, 1024, bigEndian);
    ByteBuffer.wrap(wal).putLong(32 + 16, sum);
    Pair hostile = new Pair(pair.main, wal);
    assertEquals(0xffffffffL * 1024, hostile.strict().size());
    assertTrue(hostile.salvaged().size() < 2_000_000);
    assertFalse(new ImageReader(hostile.salvaged(), 1024).read(1L << 31, new byte[1024]));
    byte[] last = page(hostile.strict(), 1024, 0xffffffffL);
    assertArrayEquals(new byte[1024], last);
  }

  /** Every byte may be hostile: nothing is read out of bounds, nothing runs for ever. */
  @Test
  void randomDamageEndsNothing() throws Exception {
    Pair pair =
        written(
            512, insert(60, 100), "PRAGMA wal_checkpoint(RESTART)", insert(5, 90), insert(5, 9));
    Random random = new Random(7);
    byte[] piece = new byte[3000];
    for (int round = 0; round < IMAGES; round++) {
      byte[] main = random.nextInt(4) == 0 ? cut(random, pair.main) : pair.main;
      byte[] wal = random.nextInt(3) == 0 ? cut(random, pair.wal) : pair.wal.clone();
      int range = random.nextBoolean() ? Math.min(200, wal.length) : wal.length;
      for (int flips = random.nextInt(20); flips > 0 && range > 0; flips--) {
        wal[random.nextInt(range)] = (byte) random.nextInt();
      }
      for (Replay replay : Replay.values()) {
        WalImage image = new Pair(main, wal).image(replay);
        assertCountsEveryFrame(image);
        assertTrue(image.suspectPages().allMatch(image::isSuspect));
        for (long at = 0; at < Math.min(image.size(), 1 << 20); at += 2777) {
          image.read(at, piece, 0, piece.length);
        }
      }
    }
  }

  private static byte[] cut(Random random, byte[] whole) {
    return Arrays.copyOf(whole, random.nextInt(whole.length + 1));
  }
}
