package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Bytes and pages of database files, by which tests bring about what a broken disk leaves. */
public final class Images {
  private Images() {}

  public static int pageSize(Path db) throws IOException {
    byte[] header = bytes(db, 0, 100);
    int size = (header[16] & 0xff) << 8 | header[17] & 0xff;
    return size == 1 ? 65536 : size;
  }

  public static byte[] bytes(Path file, long at, int length) throws IOException {
    byte[] bytes = new byte[length];
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(at);
      in.readFully(bytes);
    }
    return bytes;
  }

  public static byte[] page(Path db, int number) throws IOException {
    int size = pageSize(db);
    return bytes(db, (number - 1L) * size, size);
  }

  public static void putPage(Path db, int number, byte[] page) throws IOException {
    Databases.overwrite(db, (number - 1L) * page.length, page);
  }

  public static void zeroPage(Path db, int number) throws IOException {
    putPage(db, number, new byte[pageSize(db)]);
  }

  /** Four bytes, the most significant first. */
  public static void putInt(Path db, long at, int value) throws IOException {
    byte[] bytes = {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
    Databases.overwrite(db, at, bytes);
  }

  /** The rowids on a leaf page of a table, in order. */
  public static List<Long> rowsOnLeaf(Path db, int leaf) throws IOException {
    byte[] page = page(db, leaf);
    assertTrue(page[0] == 13, "page " + leaf + " is a leaf of a table");
    int cells = (page[3] & 0xff) << 8 | page[4] & 0xff;
    List<Long> rows = new ArrayList<>();
    for (int i = 0; i < cells; i++) {
      int at = (page[8 + 2 * i] & 0xff) << 8 | page[9 + 2 * i] & 0xff;
      while (page[at++] < 0) {}
      long rowid = 0;
      do {
        rowid = rowid << 7 | page[at] & 0x7f;
      } while (page[at++] < 0);
      rows.add(rowid);
    }
    return rows;
  }

  /** The statements run, but nothing of what they write to a table's or index's pages arrives. */
  public static void loseWrites(Path db, String tree, String... statements) throws Exception {
    Map<Integer, byte[]> before = new TreeMap<>();
    for (int leaf : Databases.leaves(db, tree)) {
      before.put(leaf, page(db, leaf));
    }
    Databases.execute(db, statements);
    assertEquals(List.copyOf(before.keySet()), Databases.leaves(db, tree));
    int lost = 0;
    for (Map.Entry<Integer, byte[]> leaf : before.entrySet()) {
      if (!Arrays.equals(leaf.getValue(), page(db, leaf.getKey()))) {
        putPage(db, leaf.getKey(), leaf.getValue());
        lost++;
      }
    }
    assertTrue(lost > 0, "the statements write to " + tree);
  }

  /** A lost write of a table page: only the index still knows two of the rows. */
  public static void loseTwoRows(Path db) throws Exception {
    List<Long> on = rowsOnLeaf(db, Databases.leaves(db, "t").get(4));
    String some = "id IN (" + on.get(1) + "," + on.get(2) + ")";
    Databases.execute(db, "CREATE TABLE spare AS SELECT * FROM t WHERE " + some);
    Databases.execute(db, "DELETE FROM t WHERE " + some);
    loseWrites(db, "t", "INSERT INTO t SELECT * FROM spare", "DROP TABLE spare");
    assertFalse(Databases.isIntact(db));
  }

  /** What every file in a directory holds, by name. */
  public static Map<String, String> contentsOf(Path directory) throws Exception {
    Map<String, String> found = new TreeMap<>();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (Files.isRegularFile(file)) {
          found.put(file.getFileName().toString(), hash(file));
        }
      }
    }
    return found;
  }

  public static String hash(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }
}
