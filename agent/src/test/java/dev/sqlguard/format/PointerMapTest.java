package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pointer map and freelist of an auto-vacuum database that SQLite made. */
class PointerMapTest {
  private static final int PAGE_SIZE = 512;

  @TempDir Path directory;

  private byte[] image;
  private DatabaseHeader header;
  private Geometry geometry;

  /** As SQLite names them: internal, leaf, overflow. */
  private final Map<Long, String> types = new HashMap<>();

  private final BitSet roots = new BitSet();

  @BeforeEach
  void makeDatabase() throws Exception {
    Path file = directory.resolve("made.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA page_size=" + PAGE_SIZE);
      statement.execute("PRAGMA auto_vacuum=INCREMENTAL");
      statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      statement.execute("CREATE INDEX ix ON t(x)");
      statement.execute(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
              + "INSERT INTO t(x) SELECT hex(randomblob(i * 7 % 900)) FROM n");
      statement.execute("DELETE FROM t WHERE id % 3 = 0");
      try (ResultSet rows = statement.executeQuery("SELECT pageno, pagetype FROM dbstat")) {
        while (rows.next()) {
          types.put(rows.getLong(1), rows.getString(2));
        }
      }
      try (ResultSet rows = statement.executeQuery("SELECT rootpage FROM sqlite_master")) {
        while (rows.next()) {
          roots.set(rows.getInt(1));
        }
      }
    }
    image = Files.readAllBytes(file);
    header = DatabaseHeader.parse(image).orElseThrow();
    geometry = new Geometry(PAGE_SIZE, PAGE_SIZE, image.length / PAGE_SIZE);
  }

  @Test
  void everyPageHasTheUseThatSqliteMakesOfIt() throws Exception {
    PointerMap map = new PointerMap(new MemoryImage(image), geometry);
    BitSet free = Freelist.report(new MemoryImage(image), header).free();
    assertTrue(free.cardinality() > 5);
    for (long page = 3; page <= geometry.pages(); page++) {
      Optional<PointerMap.Entry> entry = map.entry(page);
      if (geometry.isPointerMapPage(page)) {
        assertEquals(Optional.empty(), entry);
        continue;
      }
      PointerMap.Use use = entry.orElseThrow().use();
      String type = types.get(page);
      if (free.get((int) page)) {
        assertEquals(PointerMap.Use.FREE, use);
      } else if (roots.get((int) page)) {
        assertEquals(PointerMap.Use.BTREE_ROOT, use);
      } else if (type.equals("overflow")) {
        assertTrue(use == PointerMap.Use.FIRST_OVERFLOW || use == PointerMap.Use.LATER_OVERFLOW);
      } else {
        assertEquals(PointerMap.Use.BTREE_CHILD, use);
      }
      long parent = entry.get().parent();
      assertEquals(parent != 0, use != PointerMap.Use.FREE && use != PointerMap.Use.BTREE_ROOT);
      if (parent != 0) {
        assertTrue(mentions(parent, page), "page " + parent + " doesn't point to " + page);
        String parents = types.get(parent);
        assertEquals(use == PointerMap.Use.LATER_OVERFLOW, parents.equals("overflow"));
      }
    }
  }

  private boolean mentions(long page, long number) {
    ByteBuffer bytes = ByteBuffer.wrap(image);
    int start = (int) (page - 1) * PAGE_SIZE;
    for (int at = start; at <= start + PAGE_SIZE - 4; at++) {
      if (bytes.getInt(at) == number) {
        return true;
      }
    }
    return false;
  }

  @Test
  void whatHasNoEntryOrASenselessOneIsEmpty() throws Exception {
    Arrays.fill(image, PAGE_SIZE, 2 * PAGE_SIZE, (byte) 0x7f);
    PointerMap map = new PointerMap(new MemoryImage(image), geometry);
    for (long page : new long[] {Long.MIN_VALUE, -1, 0, 1, 2, 3, 4, 50, 1L << 40}) {
      assertEquals(Optional.empty(), map.entry(page));
    }
    PointerMap none = new PointerMap(new MemoryImage(new byte[0]), geometry);
    assertEquals(Optional.empty(), none.entry(3));
  }

  @Test
  void theFreelistKnowsWhetherItIsComplete() throws Exception {
    Freelist.Report whole = report(image);
    assertTrue(whole.complete());
    assertEquals(header.freelistPages(), whole.free().cardinality());
    assertTrue(whole.trunks().get((int) header.firstFreelistTrunk()));
    assertFalse(report(put(36, (int) header.freelistPages() + 1)).complete());
    int trunk = (int) (header.firstFreelistTrunk() - 1) * PAGE_SIZE;
    Freelist.Report cyclic = report(put(trunk, (int) header.firstFreelistTrunk()));
    assertFalse(cyclic.complete());
    assertFalse(report(put(trunk, -1)).complete());
    assertFalse(report(put(trunk + 4, 1000)).complete());
    assertFalse(report(put(trunk + 8, (int) geometry.pages() + 1)).complete());
    assertFalse(report(put(trunk + 8, ByteBuffer.wrap(image).getInt(trunk + 12))).complete());
    assertFalse(report(put(32, 0)).complete());
  }

  private byte[] put(int at, int value) {
    byte[] other = image.clone();
    ByteBuffer.wrap(other).putInt(at, value);
    return other;
  }

  private static Freelist.Report report(byte[] bytes) throws Exception {
    return Freelist.report(new MemoryImage(bytes), DatabaseHeader.parse(bytes).orElseThrow());
  }

  /** Every byte may be hostile: nothing is read out of bounds, nothing runs for ever. */
  @Test
  void randomDamageEndsNothing() throws Exception {
    Random random = new Random(12);
    for (int round = 0; round < 300; round++) {
      byte[] hostile = image.clone();
      for (int i = 0; i < 300; i++) {
        hostile[100 + random.nextInt(hostile.length - 100)] = (byte) random.nextInt();
      }
      for (int i = 32; i < 40; i++) {
        hostile[i] = round % 2 == 0 ? hostile[i] : (byte) random.nextInt();
      }
      report(hostile);
      PointerMap map = new PointerMap(new MemoryImage(hostile), geometry);
      for (long page = 0; page <= geometry.pages() + 1; page++) {
        map.entry(page).ifPresent(e -> assertTrue(e.parent() <= geometry.pages()));
      }
    }
  }

  @Test
  void aShortLastPageIsPaddedWithZeros() throws Exception {
    byte[] cut = Arrays.copyOf(image, 3 * PAGE_SIZE + 100);
    ImageReader reader = new ImageReader(new MemoryImage(cut), PAGE_SIZE);
    assertEquals(4, reader.pages());
    byte[] page = new byte[PAGE_SIZE];
    Arrays.fill(page, (byte) 1);
    assertTrue(reader.read(4, page));
    assertEquals(image[3 * PAGE_SIZE + 99], page[99]);
    assertEquals(0, page[100]);
    assertEquals(0, page[PAGE_SIZE - 1]);
    assertFalse(reader.read(5, page));
    assertFalse(reader.read(0, page));
    assertFalse(reader.read(Long.MAX_VALUE, page));
  }
}
