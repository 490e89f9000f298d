package dev.sqlguard.format;

/**
 * Reads the cells of b-tree pages, one after the other, without making an object for each (file
 * format, section 1.6). After {@link #parse} returned true the other methods speak of that cell.
 */
public final class CellCursor {
  private final Geometry geometry;
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
  }

  /**
   * Reads the cell at {@code at} of a page.
   *
   * @param type of the page, see {@link BtreePage}
   * @return false where it doesn't fit between {@code at} and the end of the usable space
   */
  public boolean parse(byte[] page, int type, int at) {
    int limit = geometry.usableSize();
    start = at;
    int next = at;
    leftChild = 0;
    rowid = 0;
    payloadSize = 0;
    overflowPage = 0;
    localSize = 0;
    if (type == BtreePage.INTERIOR_TABLE || type == BtreePage.INTERIOR_INDEX) {
      if (next < 0 || next + 4 > limit) {
        return false;
      }
      leftChild = BigEndian.u32(page, next);
      next += 4;
    }
    if (type != BtreePage.INTERIOR_TABLE) {
      int length = next < 0 ? 0 : Varint.length(page, next, limit);
      if (length == 0) {
        return false;
      }
      payloadSize = Varint.value(page, next, length);
      next += length;
      if (payloadSize < 0 || payloadSize > Integer.MAX_VALUE) {
        return false;
      }
    }
    if (type == BtreePage.INTERIOR_TABLE || type == BtreePage.LEAF_TABLE) {
      int length = Varint.length(page, next, limit);
      if (length == 0) {
        return false;
      }
      rowid = Varint.value(page, next, length);
      next += length;
    }
    payloadAt = next;
    if (type != BtreePage.INTERIOR_TABLE) {
      int largest =
          type == BtreePage.LEAF_TABLE ? geometry.largestInTableLeaf() : geometry.largestInIndex();
      localSize = geometry.localSize(payloadSize, largest);
      next += localSize;
      if (localSize < payloadSize) {
        if (next + 4 > limit) {
          return false;
        }
        overflowPage = BigEndian.u32(page, next);
        next += 4;
      }
    }
    end = Math.max(next, at + 4);
    return end <= limit;
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
