package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hot journals that SQLite left, rolled back as SQLite does it, and beyond what breaks them. */
class JournalImageTest {
  private static final int IMAGES = Integer.getInteger("sqlguard.fuzz.images", 2000);
  private static final int SECTOR = 512;

  @TempDir Path directory;

  /** A database and its journal in the middle of a transaction, and the database before it. */
  private record Pair(byte[] before, byte[] main, byte[] journal) {
    JournalImage image(Replay replay) throws IOException {
      return JournalImage.over(new MemoryImage(main), new MemoryImage(journal), replay);
    }

    Pair with(byte[] other) {
      return new Pair(before, main, other);
    }

    Pair changed(int at, int mask) {
      byte[] other = journal.clone();
      other[at] ^= (byte) mask;
      return with(other);
    }

    int field(int at) {
      return ByteBuffer.wrap(journal).getInt(at);
    }

    int pageSize() {
      return field(24);
    }

    int recordAt(int record) {
      return SECTOR + (record - 1) * (pageSize() + 8);
    }
  }

  private Pair spilled(int pageSize, String setting, String change) throws Exception {
    Path file = Files.createTempFile(directory, "spilled", ".db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA page_size=" + pageSize);
      statement.execute("PRAGMA cache_size=5");
      statement.execute(setting);
      statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      statement.execute(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
              + 20 * pageSize / 100
              + ") INSERT INTO t(x) SELECT i || hex(randomblob(100)) FROM n");
      byte[] before = Files.readAllBytes(file);
      statement.execute("BEGIN");
      statement.execute(change);
      Pair pair = new Pair(before, Files.readAllBytes(file), Files.readAllBytes(journal(file)));
      assertFalse(Arrays.equals(pair.before, pair.main), "nothing was spilled");
      statement.execute("ROLLBACK");
      return pair;
    }
  }

  private Pair spilled(int pageSize) throws Exception {
    return spilled(pageSize, "PRAGMA synchronous=FULL", UPDATE);
  }

  private static final String UPDATE = "UPDATE t SET x = 'changed' || substr(x, 8)";

  private static Path journal(Path file) {
    return file.resolveSibling(file.getFileName() + "-journal");
  }

  private byte[] rolledBack(Pair pair) throws Exception {
    Path file = Files.createTempFile(directory, "copy", ".db");
    Files.write(file, pair.main);
    Files.write(journal(file), pair.journal);
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      statement.execute("SELECT count(*) FROM sqlite_master");
    } catch (SQLException broken) {
      // A journal that ends too early leaves a broken database; it was rolled back all the same.
    }
    byte[] result = Files.readAllBytes(file);
    Files.deleteIfExists(journal(file));
    Files.delete(file);
    return result;
  }

  private static byte[] bytes(ByteSource image) throws IOException {
    return WalImageTest.bytes(image);
  }

  private void assertAsSqlite(Pair pair) throws Exception {
    assertArrayEquals(rolledBack(pair), bytes(pair.image(Replay.STRICT)));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void aTransactionIsRolledBack(int pageSize) throws Exception {
    Pair pair = spilled(pageSize);
    assertAsSqlite(pair);
    for (Replay replay : Replay.values()) {
      JournalImage image = pair.image(replay);
      assertTrue(image.isHot());
      assertArrayEquals(pair.before, bytes(image));
      assertEquals("", image.summary().reason());
      assertEquals(0, image.suspectPages().count());
      assertEquals(Optional.empty(), image.superJournal());
    }
  }

  @Test
  void aJournalOfSeveralSegmentsIsReadToItsEnd() throws Exception {
    Pair pair = spilled(1024);
    long there = (pair.journal.length - SECTOR) / (1024 + 8);
    assertTrue(pair.field(8) < there - 1, "there is one segment only");
    assertTrue(pair.image(Replay.STRICT).summary().applied() > pair.field(8));
    assertAsSqlite(pair);
  }

  @Test
  void aJournalWithoutARecordCountIsReadToItsEnd() throws Exception {
    Pair pair = spilled(1024, "PRAGMA synchronous=OFF", UPDATE);
    assertEquals(-1, pair.field(8));
    assertAsSqlite(pair);
    assertArrayEquals(pair.before, bytes(pair.image(Replay.SALVAGE)));
  }

  @Test
  void aJournalThatWasNeverSyncedSaysNothing() throws Exception {
    Pair pair = spilled(1024);
    byte[] journal = Arrays.copyOf(pair.journal, pair.recordAt(pair.field(8) + 1));
    ByteBuffer.wrap(journal).putInt(8, 0);
    assertAsSqlite(pair.with(journal));
    assertEquals(0, pair.with(journal).image(Replay.SALVAGE).summary().records());
  }

  @Test
  void aTransactionThatGrowsOrShrinksTheDatabaseIsRolledBack() throws Exception {
    String insert = "INSERT INTO t(x) SELECT x FROM t";
    Pair grown = spilled(1024, "PRAGMA synchronous=FULL", insert);
    assertTrue(grown.main.length > grown.before.length);
    assertAsSqlite(grown);
    assertArrayEquals(grown.before, bytes(grown.image(Replay.SALVAGE)));
    Pair shrunk = new Pair(grown.before, Arrays.copyOf(grown.main, 5 * 1024 + 100), grown.journal);
    assertAsSqlite(shrunk);
  }

  @Test
  void aCutJournalIsReadAsSqliteReadsIt() throws Exception {
    for (String setting : List.of("PRAGMA synchronous=FULL", "PRAGMA synchronous=OFF")) {
      Pair pair = spilled(512, setting, UPDATE);
      Random random = new Random(8);
      for (int i = 0; i < 80; i++) {
        int length = random.nextInt(pair.journal.length);
        assertAsSqlite(pair.with(Arrays.copyOf(pair.journal, length)));
      }
    }
  }

  @Test
  void aBrokenJournalIsReadStrictlyAsSqliteReadsIt() throws Exception {
    Pair pair = spilled(512);
    Random random = new Random(9);
    for (int i = 0; i < 150; i++) {
      int range = i % 2 == 0 ? 1000 : pair.journal.length;
      Pair broken = pair;
      for (int flips = random.nextInt(5); flips >= 0; flips--) {
        int at = random.nextInt(range);
        // A page count of billions makes SQLite write a file of terabytes.
        broken = at >= 16 && at < 20 ? broken : broken.changed(at, 1 << random.nextInt(8));
      }
      assertAsSqlite(broken);
    }
  }

  @Test
  void recordsBehindABadOneCountWhenSalvaging() throws Exception {
    Pair pair = spilled(4096);
    assertTrue(pair.field(8) >= 2);
    // A byte of the page that goes into the checksum.
    Pair broken = pair.changed(pair.recordAt(2) + 4 + 4096 - 200, 0x20);
    assertAsSqlite(broken);
    assertEquals(1, broken.image(Replay.STRICT).summary().applied());
    JournalImage image = broken.image(Replay.SALVAGE);
    int page = pair.field(pair.recordAt(2));
    assertEquals(1, image.summary().bad());
    assertEquals(0, image.summary().unplaced());
    assertTrue(image.isSuspect(page));
    assertArrayEquals(new long[] {page}, image.suspectPages().toArray());
    byte[] expected = pair.before.clone();
    System.arraycopy(pair.main, (page - 1) * 4096, expected, (page - 1) * 4096, 4096);
    assertArrayEquals(expected, bytes(image));
  }

  @Test
  void aBadEndOfAnUncountedJournalIsNoSuspicion() throws Exception {
    Pair pair = spilled(1024, "PRAGMA synchronous=OFF", UPDATE);
    byte[] journal = Arrays.copyOf(pair.journal, pair.journal.length + 10_000);
    new Random(10).nextBytes(journal);
    System.arraycopy(pair.journal, 0, journal, 0, pair.journal.length);
    JournalImage image = pair.with(journal).image(Replay.SALVAGE);
    assertEquals(0, image.summary().bad());
    assertEquals(0, image.suspectPages().count());
    assertArrayEquals(pair.before, bytes(image));
  }

  @Test
  void aZeroedOrShortJournalIsNone() throws Exception {
    Pair pair = spilled(1024);
    byte[] zeroed = pair.journal.clone();
    Arrays.fill(zeroed, 0, 28, (byte) 0);
    byte[] tooShort = Arrays.copyOf(pair.journal, 511);
    for (byte[] journal : List.of(zeroed, tooShort, new byte[0], new byte[100_000])) {
      assertAsSqlite(pair.with(journal));
      for (Replay replay : Replay.values()) {
        JournalImage image = pair.with(journal).image(replay);
        assertFalse(image.isHot());
        assertArrayEquals(pair.main, bytes(image));
      }
    }
  }

  @Test
  void aTransactionOverSeveralDatabasesNamesItsSuperJournal() throws Exception {
    Pair pair = spilled(1024);
    String name = "/somewhere/größer.db-mj01234A9BC";
    Pair named = pair.with(withSuperJournal(pair, name, 0));
    JournalImage image = named.image(Replay.STRICT);
    assertEquals(Optional.of(name), image.superJournal());
    assertArrayEquals(pair.before, bytes(image));
    // Its file doesn't exist, so for SQLite the journal isn't hot.
    assertArrayEquals(pair.main, rolledBack(named));
  }

  @Test
  void whatIsNoNameOfASuperJournalIsNotTakenForOne() throws Exception {
    Pair pair = spilled(1024);
    Pair wrongSum = pair.with(withSuperJournal(pair, "/x/y.db-mj01234A9BC", 1));
    Pair otherName = pair.with(withSuperJournal(pair, "/etc/passwd", 0));
    Pair noName = pair.with(withSuperJournal(pair, "", 0));
    for (Pair other : List.of(wrongSum, otherName, noName)) {
      assertEquals(Optional.empty(), other.image(Replay.STRICT).superJournal());
      assertAsSqlite(other);
    }
  }

  /** Names of every length within a record's alignment: a byte more, or a byte less. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void withoutItsSuperJournalATransactionIsRolledBack(int longer) throws Exception {
    Pair pair = spilled(1024);
    String name = "/somewhere/db" + "x".repeat(longer) + "-mj01234A9BC";
    Pair named = pair.with(withSuperJournal(pair, name, 0));
    byte[] hidden = bytes(SuperJournalRecord.hidden(new MemoryImage(named.journal)));
    assertEquals(Optional.empty(), SuperJournalRecord.name(new MemoryImage(hidden)));
    assertArrayEquals(
        pair.journal, Arrays.copyOf(hidden, pair.journal.length), "the records are untouched");
    assertArrayEquals(pair.main, rolledBack(named));
    assertArrayEquals(pair.before, rolledBack(pair.with(hidden)));
  }

  private static byte[] withSuperJournal(Pair pair, String text, int error) {
    byte[] name = text.getBytes(StandardCharsets.UTF_8);
    int sum = error;
    for (byte b : name) {
      sum += b;
    }
    ByteBuffer journal = ByteBuffer.allocate(pair.journal.length + 4 + name.length + 16);
    journal.put(pair.journal).putInt((1 << 30) / 1024 + 1).put(name).putInt(name.length);
    return journal.putInt(sum).putLong(0xd9d505f920a163d7L).array();
  }

  @Test
  void aLostMainFileLeavesWhatTheJournalHas() throws Exception {
    Pair pair = spilled(1024);
    Pair lost = new Pair(pair.before, new byte[0], pair.journal);
    assertEquals(0, lost.image(Replay.STRICT).size());
    JournalImage image = lost.image(Replay.SALVAGE);
    assertEquals(pair.before.length, image.size());
    int page = pair.field(pair.recordAt(1));
    byte[] content = new byte[1024];
    assertTrue(new ImageReader(image, 1024).read(page, content));
    int at = (page - 1) * 1024;
    assertArrayEquals(Arrays.copyOfRange(pair.before, at, at + 1024), content);
  }

  @Test
  void aHostilePageCountIsNotBelievedWhenSalvaging() throws Exception {
    Pair pair = spilled(1024);
    byte[] journal = pair.journal.clone();
    ByteBuffer.wrap(journal).putInt(16, -1);
    assertEquals(0xffffffffL * 1024, pair.with(journal).image(Replay.STRICT).size());
    assertTrue(pair.with(journal).image(Replay.SALVAGE).size() < 20_000_000);
  }

  /** Every byte may be hostile: nothing is read out of bounds, nothing runs for ever. */
  @Test
  void randomDamageEndsNothing() throws Exception {
    Pair pair = spilled(512);
    Random random = new Random(11);
    byte[] piece = new byte[3000];
    for (int round = 0; round < IMAGES; round++) {
      byte[] journal = pair.journal.clone();
      if (random.nextInt(3) == 0) {
        journal = Arrays.copyOf(journal, random.nextInt(journal.length));
      }
      int range = random.nextBoolean() ? Math.min(28, journal.length) : journal.length;
      for (int flips = random.nextInt(20); flips > 0 && range > 0; flips--) {
        journal[random.nextInt(range)] = (byte) random.nextInt();
      }
      // Most random headers are none.
      System.arraycopy(pair.journal, 0, journal, 0, Math.min(8, journal.length));
      for (Replay replay : Replay.values()) {
        JournalImage image = pair.with(journal).image(replay);
        assertTrue(image.suspectPages().allMatch(image::isSuspect));
        for (long at = 0; at < Math.min(image.size(), 1 << 20); at += 2777) {
          image.read(at, piece, 0, piece.length);
        }
      }
    }
  }
}
