package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A b-tree page that is filled with cells in the order of their keys (file format, section 1.6).
 * Cells stand without gaps from the end of the usable bytes downward.
 */
final class PageBuilder {
  /** SQLite frees cells in place and needs this much for the free block. */
  private static final int SMALLEST_CELL = 4;

  private static final int RIGHT_CHILD_AT = 8;

  private final int type;
  private final int headerSize;
  private final int usableSize;
  private final byte[] bytes;
  private final ByteBuffer view;
  private int cells;
  private int content;

  PageBuilder(boolean table, boolean leaf, int pageSize, int usableSize) {
    if (leaf) {
      this.type = table ? BtreePage.LEAF_TABLE : BtreePage.LEAF_INDEX;
      this.headerSize = BtreePage.LEAF_HEADER;
    } else {
      this.type = table ? BtreePage.INTERIOR_TABLE : BtreePage.INTERIOR_INDEX;
      this.headerSize = BtreePage.INTERIOR_HEADER;
    }
    this.usableSize = usableSize;
    this.bytes = new byte[pageSize];
    this.view = ByteBuffer.wrap(bytes);
    this.content = usableSize;
  }

  boolean isLeaf() {
    return headerSize == BtreePage.LEAF_HEADER;
  }

  int cells() {
    return cells;
  }

  byte[] bytes() {
    return bytes;
  }

  void clear() {
    cells = 0;
    content = usableSize;
  }

  boolean fits(int cellSize) {
    return headerSize + 2 * cells + 2 + Math.max(cellSize, SMALLEST_CELL) <= content;
  }

  /** Whether there is room for the database header in front. */
  boolean fitsBehind(int front) {
    return front + headerSize + 2 * cells <= content;
  }

  /**
   * Makes room for a cell, which {@link #fits}, behind all others.
   *
   * @return where its bytes belong
   */
  int append(int cellSize) {
    content -= Math.max(cellSize, SMALLEST_CELL);
    for (int i = cellSize; i < SMALLEST_CELL; i++) {
      bytes[content + i] = 0;
    }
    view.putShort(headerSize + 2 * cells, (short) content);
    cells++;
    return content;
  }

  void append(byte[] cell, int cellSize) {
    System.arraycopy(cell, 0, bytes, append(cellSize), cellSize);
  }

  int cellAt(int cell) {
    return view.getShort(headerSize + 2 * cell) & 0xffff;
  }

  int lastCellAt() {
    return cellAt(cells - 1);
  }

  /** With the bytes that fill it up to the smallest size. */
  int lastCellSize() {
    return (cells == 1 ? usableSize : cellAt(cells - 2)) - content;
  }

  void removeLast() {
    content += lastCellSize();
    cells--;
  }

  int int32(int at) {
    return view.getInt(at);
  }

  int rightChild() {
    return view.getInt(RIGHT_CHILD_AT);
  }

  void rightChild(int page) {
    view.putInt(RIGHT_CHILD_AT, page);
  }

  /**
   * Completes {@link #bytes}; no cell can be added until {@link #clear}.
   *
   * @param front how many bytes the page has before its own header
   */
  void seal(int front) {
    int end = headerSize + 2 * cells;
    view.put(0, (byte) type).putShort(1, (short) 0).putShort(3, (short) cells);
    view.putShort(5, (short) content).put(7, (byte) 0);
    if (front > 0) {
      System.arraycopy(bytes, 0, bytes, front, end);
      Arrays.fill(bytes, 0, front, (byte) 0);
    }
    Arrays.fill(bytes, front + end, content, (byte) 0);
  }
}
