package dev.sqlguard.format;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many entries a b-tree still holds, page by page: whatever SQLite may stumble over on its way
 * from one end to the other, what stands beyond is counted too.
 */
public final class TreeCells {
  /** In bytes. */
  private static final int SMALLEST_CELL = 4;

  private TreeCells() {}

  /**
   * The rows of a table, or the entries of an index, that are reached from the page {@code root}. A
   * page that is a copy of another one of the tree, as a write to the wrong place leaves it, counts
   * once.
   */
  public static long count(ByteSource image, int pageSize, long root) throws IOException {
    byte[] page = new byte[pageSize];
    if (root < 2 || image.read((root - 1) * pageSize, page, 0, pageSize) < pageSize) {
      return 0;
    }
    int type = BtreePage.type(page);
    boolean table = type == BtreePage.LEAF_TABLE || type == BtreePage.INTERIOR_TABLE;
    BitSet pages = TreePages.reachable(image, pageSize, List.of(root));
    Set<Long> counted = new HashSet<>();
    long cells = 0;
    for (int number = pages.nextSetBit(0); number > 0; number = pages.nextSetBit(number + 1)) {
      if (image.read((number - 1L) * pageSize, page, 0, pageSize) < pageSize) {
        continue;
      }
      int found = table ? rowsOn(page) : entriesOn(page);
      if (found > 0 && counted.add(fingerprint(page))) {
        cells += found;
      }
    }
    return cells;
  }

  /** Interior pages of a table hold keys alone. */
  private static int rowsOn(byte[] page) {
    return BtreePage.type(page) == BtreePage.LEAF_TABLE
        ? cellsWithin(page, BtreePage.LEAF_HEADER)
        : 0;
  }

  private static int entriesOn(byte[] page) {
    return switch (BtreePage.type(page)) {
      case BtreePage.LEAF_INDEX -> cellsWithin(page, BtreePage.LEAF_HEADER);
      case BtreePage.INTERIOR_INDEX -> cellsWithin(page, BtreePage.INTERIOR_HEADER);
      default -> 0;
    };
  }

  /**
   * Only cells with room behind the pointers. Like SQLite, blind to bits that lead off the page.
   */
  private static int cellsWithin(byte[] page, int headerSize) {
    int cells = BtreePage.cells(page);
    int content = headerSize + 2 * cells;
    if (content > page.length) {
      return 0;
    }
    int within = 0;
    for (int i = 0; i < cells; i++) {
      int cell = BigEndian.u16(page, headerSize + 2 * i) & page.length - 1;
      if (cell >= content && cell <= page.length - SMALLEST_CELL) {
        within++;
      }
    }
    return within;
  }

  /** FNV-1a, 64 bits: a collision would count a page too few. */
  private static long fingerprint(byte[] page) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : page) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
