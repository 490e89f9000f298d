package dev.sqlguard.scan;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;

/**
 * The inner order of one b-tree page: its cells, free blocks and fragments share the room behind
 * the pointers and are all of it (file format, section 1.6). One object for many pages.
 */
final class BtreePageCheck {
  private static final int SMALLEST_BLOCK = 4;

  private final int usableSize;
  private final Coverage coverage;
  private byte[] page;
  private int start;
  private int type;
  private int cells;
  private int pointers;
  private int content;
  private int taken;

  BtreePageCheck(Geometry geometry) {
    this.usableSize = geometry.usableSize();
    this.coverage = new Coverage(geometry.pageSize());
  }

  /**
   * Begins with a page.
   *
   * @return what is wrong with its header; null if nothing is
   */
  String open(byte[] bytes, long number) {
    page = bytes;
    start = BtreePage.headerAt(number);
    type = BigEndian.u8(page, start);
    if (!BtreePage.isType(type)) {
      return "it is no b-tree page";
    }
    cells = BigEndian.u16(page, start + 3);
    pointers = start + BtreePage.headerSize(type);
    content = BigEndian.u16(page, start + 5);
    content = content == 0 ? 1 << 16 : content;
    taken = 0;
    return pointers + 2 * cells <= content && content <= usableSize
        ? null
        : "its cells begin where they can't";
  }

  /** See {@link BtreePage}. */
  int type() {
    return type;
  }

  int cells() {
    return cells;
  }

  /** The child behind the last cell of an interior page. */
  long rightChild() {
    return BigEndian.u32(page, start + BtreePage.LEAF_HEADER);
  }

  /** Clears the way for {@link #cell}, which must be asked for each cell once. */
  void beginCells() {
    coverage.clear();
  }

  /**
   * Reads a cell.
   *
   * @return false where it isn't wholly within its place, or shares it with another
   */
  boolean cell(int i, CellCursor cell) {
    int pointer = pointers + 2 * i;
    int at = (page[pointer] & 0xff) << 8 | page[pointer + 1] & 0xff;
    if (at < content || at > usableSize - SMALLEST_BLOCK || !cell.parse(page, type, at)) {
      return false;
    }
    int end = cell.end();
    taken += end - at;
    return coverage.take(at, end);
  }

  /** Reads a cell that {@link #cell} has found good. */
  void pointTo(int i, CellCursor cell) {
    cell.parse(page, type, BigEndian.u16(page, pointers + 2 * i));
  }

  /**
   * After all cells.
   *
   * @return what is wrong with the rest of the page; null if nothing is
   */
  String close() {
    int block = BigEndian.u16(page, start + 1);
    while (block != 0) {
      if (block < content || block > usableSize - SMALLEST_BLOCK) {
        return "a free block lies where it can't";
      }
      int next = BigEndian.u16(page, block);
      int size = BigEndian.u16(page, block + 2);
      int end = block + size;
      if (size < SMALLEST_BLOCK || end > usableSize || next != 0 && next < end + SMALLEST_BLOCK) {
        return "its free blocks aren't in order";
      }
      if (!coverage.take(block, end)) {
        return "a free block lies in a cell";
      }
      taken += size;
      block = next;
    }
    int fragments = BigEndian.u8(page, start + 7);
    return content + taken + fragments == usableSize
        ? null
        : "the bytes between its cells are more or fewer than it says";
  }
}
