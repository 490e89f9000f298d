package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.Geometry;

/**
 * Where things stand on a b-tree page by its own header.
 *
 * @param headerAt where the b-tree header begins
 * @param cells as the header says; may be nonsense
 * @param pointersAt where the cell pointer array begins
 * @param content where the cell content area begins
 */
record PageLayout(int type, int headerAt, int cells, int pointersAt, int content) {

  /**
   * @param type to be assumed, whatever the page says
   */
  static PageLayout of(byte[] page, long number, int type) {
    int at = BtreePage.headerAt(number);
    int content = BigEndian.u16(page, at + 5);
    return new PageLayout(
        type,
        at,
        BigEndian.u16(page, at + 3),
        at + BtreePage.headerSize(type),
        content == 0 ? 65536 : content);
  }

  /** The same page, with another number of cells than its header says. */
  PageLayout withCells(int number) {
    return new PageLayout(type, headerAt, number, pointersAt, content);
  }

  /** The number of cells that could fit at most. */
  int possibleCells(Geometry geometry) {
    return Math.max(0, Math.min(cells, (geometry.usableSize() - pointersAt) / 6));
  }

  int pointer(byte[] page, int cell) {
    return BigEndian.u16(page, pointersAt + 2 * cell);
  }

  int endOfPointers() {
    return pointersAt + 2 * cells;
  }

  /** Of an interior page. */
  long rightMostChild(byte[] page) {
    return BigEndian.u32(page, headerAt + 8);
  }

  /**
   * The bytes in free blocks and fragments.
   *
   * @return -1 where the chain of free blocks is broken
   */
  int freeBytes(byte[] page, Geometry geometry) {
    int sum = BigEndian.u8(page, headerAt + 7);
    int block = BigEndian.u16(page, headerAt + 1);
    int last = content;
    while (block != 0) {
      if (block < last || block + 4 > geometry.usableSize()) {
        return -1;
      }
      int size = BigEndian.u16(page, block + 2);
      if (size < 4 || block + size > geometry.usableSize()) {
        return -1;
      }
      sum += size;
      last = block + size;
      block = BigEndian.u16(page, block);
    }
    return sum;
  }
}
