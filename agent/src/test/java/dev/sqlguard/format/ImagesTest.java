package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file format, on images that SQLite made and that hostile hands changed. */
class ImagesTest {
  private static final int ROWS = 2000;

  @TempDir Path directory;

  private byte[] database(int pageSize, String... more) throws Exception {
    Path file = directory.resolve("made.db");
    Files.deleteIfExists(file);
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA page_size=" + pageSize);
      statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      statement.execute("CREATE INDEX ix ON t(x)");
      statement.execute(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
              + ROWS
              + ") INSERT INTO t(x) SELECT 'row ' || i || hex(randomblob(20)) FROM n");
      for (String text : more) {
        statement.execute(text);
      }
    }
    return Files.readAllBytes(file);
  }

  private static String hash(byte[] image) throws Exception {
    return ImageHash.of(new MemoryImage(image));
  }

  @Test
  void theHashLeavesOutWhatChangesWithoutTheContent() throws Exception {
    byte[] image = database(4096);
    String hash = hash(image);
    for (int at : new int[] {18, 19, 24, 27, 92, 95, 96, 99}) {
      byte[] other = image.clone();
      other[at] ^= 0x55;
      assertEquals(hash, hash(other), "byte " + at);
    }
    for (int at : new int[] {17, 20, 28, 60, 100, 4096 + 9, image.length - 1}) {
      byte[] other = image.clone();
      other[at] ^= 0x01;
      assertNotEquals(hash, hash(other), "byte " + at);
    }
    assertNotEquals(hash, hash(Arrays.copyOf(image, image.length - 1)));
  }

  @Test
  void theHashLeavesOutFreePages() throws Exception {
    byte[] image = database(1024, "DELETE FROM t WHERE id > 100");
    DatabaseHeader header = DatabaseHeader.parse(image).orElseThrow();
    BitSet free = Freelist.pages(new MemoryImage(image), header);
    assertEquals(header.freelistPages(), free.cardinality());
    byte[] other = image.clone();
    for (int page = free.nextSetBit(0); page >= 0; page = free.nextSetBit(page + 1)) {
      if (page != header.firstFreelistTrunk()) {
        other[(page - 1) * 1024 + 500] ^= 0x55;
        break;
      }
    }
    assertEquals(hash(image), hash(other));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void aDatabaseWithoutItsHeaderIsProvenByItsPages(int pageSize) throws Exception {
    byte[] image = database(pageSize);
    Arrays.fill(image, 0, 100, (byte) 0);
    assertEquals(OptionalInt.of(pageSize), PlainDatabaseProof.pageSize(new MemoryImage(image)));
  }

  @Test
  void whatNeverWasAPlainDatabaseIsNotProven() throws Exception {
    byte[] image = database(4096);
    Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
    aes.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(new byte[16], "AES"),
        new IvParameterSpec(new byte[16]));
    byte[] random = new byte[1 << 20];
    new Random(1).nextBytes(random);
    byte[] text = "a text of some length, over and over. ".repeat(20_000).getBytes();
    for (byte[] other :
        List.of(aes.doFinal(image), random, text, new byte[1 << 20], new byte[0], new byte[99])) {
      assertEquals(OptionalInt.empty(), PlainDatabaseProof.pageSize(new MemoryImage(other)));
    }
  }

  /** Where overflow pages lie between them, the pages of trees may be those of a larger size. */
  @Test
  void aLargerSizeWhosePagesAreOnlySomeOfTheTreesIsNotProven() throws Exception {
    byte[] model = database(4096);
    int at = 4096;
    while (model[at] != 13) {
      at += 4096;
    }
    byte[] leaf = Arrays.copyOfRange(model, at, at + 4096);
    byte[] image = new byte[80 * 4096];
    Arrays.fill(image, (byte) 'x');
    for (int page = 4; page < 80; page += 4) {
      System.arraycopy(leaf, 0, image, page * 4096, 4096);
    }
    assertEquals(OptionalInt.empty(), PlainDatabaseProof.pageSize(new MemoryImage(image)));
  }

  @Test
  void pagesOfATreeAreThoseThatSqliteNames() throws Exception {
    byte[] image = database(1024);
    Path file = directory.resolve("made.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String name : List.of("t", "ix")) {
        BitSet expected = new BitSet();
        try (ResultSet rows =
            statement.executeQuery("SELECT pageno FROM dbstat WHERE name = '" + name + "'")) {
          while (rows.next()) {
            expected.set(rows.getInt(1));
          }
        }
        long root;
        try (ResultSet row =
            statement.executeQuery(
                "SELECT rootpage FROM sqlite_master WHERE name = '" + name + "'")) {
          row.next();
          root = row.getLong(1);
        }
        assertEquals(
            expected, TreePages.reachable(new MemoryImage(image), 1024, List.of(root)), name);
      }
    }
  }

  @Test
  void cellsOnLeavesAreTheRows() throws Exception {
    assertEquals(ROWS, LeafCells.count(new MemoryImage(database(1024)), 1024));
  }

  /** Every byte may be hostile: nothing is read out of bounds, nothing runs for ever. */
  @Test
  void randomDamageEndsNothing() throws Exception {
    byte[] image =
        database(1024, "DELETE FROM t WHERE id % 3 = 0", "DELETE FROM t WHERE id > 1500");
    Random random = new Random(2);
    for (int round = 0; round < 300; round++) {
      byte[] hostile = image.clone();
      for (int i = 0; i < 200; i++) {
        hostile[random.nextInt(hostile.length)] = (byte) random.nextInt();
      }
      for (int i = 16; round % 2 == 0 && i < 100; i++) {
        hostile[i] = i < 18 ? hostile[i] : (byte) random.nextInt();
      }
      MemoryImage source = new MemoryImage(hostile);
      ImageHash.of(source);
      PlainDatabaseProof.pageSize(source);
      assertTrue(LeafCells.count(source, 1024) >= 0);
      TreePages.reachable(source, 1024, List.of(1L, 2L, 3L, -5L, Long.MAX_VALUE));
    }
  }

  @Test
  void aSubstituteHeaderIsOne() {
    for (int pageSize = 512; pageSize <= 65536; pageSize *= 2) {
      byte[] header = DatabaseHeader.substitute(pageSize, 7);
      DatabaseHeader parsed = DatabaseHeader.parse(header).orElseThrow();
      assertEquals(pageSize, parsed.pageSize());
      assertEquals(7, parsed.pageCount());
      assertEquals(DatabaseHeader.ROLLBACK, parsed.writeVersion());
    }
  }
}
