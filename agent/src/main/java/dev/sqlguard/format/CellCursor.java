package dev.sqlguard.format;

/**
 * Reads the cells of b-tree pages, one after the other, without making an object for each (file
 * format, section 1.6). After {@link #parse} returned true the other methods speak of that cell.
 */
public final class CellCursor {
  private final Geometry geometry;
  private final int usableSize;
  private final int largestInTableLeaf;
  private final int largestInIndex;
  private long value;
  private int start;
  private int end;
  private long leftChild;
  private long rowid;
  private long payloadSize;
  private int payloadAt;
  private int localSize;
  private long overflowPage;

  public CellCursor(Geometry geometry) {
    this.geometry = geometry;
    this.usableSize = geometry.usableSize();
    this.largestInTableLeaf = geometry.largestInTableLeaf();
    this.largestInIndex = geometry.largestInIndex();
  }

  /**
   * Reads the cell at {@code at} of a page.
   *
   * @param type of the page, see {@link BtreePage}
   * @return false where it doesn't fit between {@code at} and the end of the usable space
   */
  public boolean parse(byte[] page, int type, int at) {
    start = at;
    leftChild = 0;
    rowid = 0;
    payloadSize = 0;
    overflowPage = 0;
    localSize = 0;
    int next = at;
    if (next < 0) {
      return false;
    }
    if (type == BtreePage.INTERIOR_TABLE || type == BtreePage.INTERIOR_INDEX) {
      if (next + 4 > usableSize) {
        return false;
      }
      leftChild = BigEndian.u32(page, next);
      next += 4;
    }
    if (type != BtreePage.INTERIOR_TABLE) {
      if (next < usableSize && page[next] >= 0) {
        payloadSize = page[next++];
      } else {
        next = varint(page, next);
        payloadSize = value;
        if (next < 0 || payloadSize < 0 || payloadSize > Integer.MAX_VALUE) {
          return false;
        }
      }
    }
    if (type == BtreePage.INTERIOR_TABLE || type == BtreePage.LEAF_TABLE) {
      next = varint(page, next);
      if (next < 0) {
        return false;
      }
      rowid = value;
    }
    payloadAt = next;
    if (type != BtreePage.INTERIOR_TABLE) {
      int largest = type == BtreePage.LEAF_TABLE ? largestInTableLeaf : largestInIndex;
      localSize =
          payloadSize <= largest ? (int) payloadSize : geometry.localSize(payloadSize, largest);
      next += localSize;
      if (localSize < payloadSize) {
        if (next + 4 > usableSize) {
          return false;
        }
        overflowPage = BigEndian.u32(page, next);
        next += 4;
      }
    }
    end = Math.max(next, at + 4);
    return end <= usableSize;
  }

  /**
   * Reads a varint into {@link #value}.
   *
   * @return what stands behind it; -1 where it goes on beyond the usable space
   */
  private int varint(byte[] page, int at) {
    int last = Math.min(usableSize, at + Varint.LONGEST - 1);
    long read = 0;
    for (int next = at; next < last; next++) {
      byte b = page[next];
      read = read << 7 | b & 0x7f;
      if (b >= 0) {
        value = read;
        return next + 1;
      }
    }
    if (last == usableSize) {
      return -1;
    }
    value = read << 8 | page[last] & 0xff;
    return last + 1;
  }

  public int start() {
    return start;
  }

  /** The position after the cell; no cell takes less than four bytes. */
  public int end() {
    return end;
  }

  /** Of an interior page's cell. */
  public long leftChild() {
    return leftChild;
  }

  /** Of a table's cell. */
  public long rowid() {
    return rowid;
  }

  /** In bytes, what stands on overflow pages included. */
  public long payloadSize() {
    return payloadSize;
  }

  /** Where the part of the payload that stands on this page begins. */
  public int payloadAt() {
    return payloadAt;
  }

  /** How much of the payload stands on this page. */
  public int localSize() {
    return localSize;
  }

  /** Whether the payload goes on in overflow pages. */
  public boolean overflows() {
    return localSize < payloadSize;
  }

  /**
   * The first overflow page, 0 where there is none; a damaged cell may say 0 although there is one.
   */
  public long overflowPage() {
    return overflowPage;
  }
}
