package dev.sqlguard.salvage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the rows of a tree stand, in the order of their keys: leaves, and in trees without rowids
 * single cells of interior pages.
 */
final class Segments {
  /** The cell number of a segment that is a whole leaf. */
  static final int LEAF = -1;

  /** Nothing is wrong with it. */
  static final int CLEAN = 0;

  /** Its cells have to be looked at one by one. */
  static final int DAMAGED = 1;

  /**
   * No page of the tree leads to it, it was found to belong there; or its page is {@linkplain
   * Pages#isSuspect suspect}.
   */
  static final int INFERRED = 2;

  /** At least one of its cells goes on in overflow pages. */
  static final int OVERFLOWS = 4;

  private int[] pages = new int[16];
  private int[] cells = new int[16];
  private byte[] flags = new byte[16];
  private int size;

  /** Kept only where they are needed again. */
  private final Map<Integer, KeyRange> ranges = new HashMap<>();

  private final List<KeyRange> doubts = new ArrayList<>();

  int size() {
    return size;
  }

  int page(int i) {
    return pages[i];
  }

  int cell(int i) {
    return cells[i];
  }

  boolean isLeaf(int i) {
    return cells[i] == LEAF;
  }

  boolean isClean(int i) {
    return (flags[i] & (DAMAGED | INFERRED)) == 0;
  }

  boolean isDamaged(int i) {
    return (flags[i] & DAMAGED) != 0;
  }

  boolean isInferred(int i) {
    return (flags[i] & INFERRED) != 0;
  }

  boolean mayOverflow(int i) {
    return (flags[i] & (DAMAGED | OVERFLOWS)) != 0;
  }

  KeyRange range(int i) {
    return ranges.getOrDefault(i, KeyRange.ALL);
  }

  void add(int page, int cell, int flag, KeyRange range) {
    if (size == pages.length) {
      pages = Arrays.copyOf(pages, 2 * size);
      cells = Arrays.copyOf(cells, 2 * size);
      flags = Arrays.copyOf(flags, 2 * size);
    }
    pages[size] = page;
    cells[size] = cell;
    flags[size] = (byte) flag;
    if ((flag & (DAMAGED | INFERRED)) != 0) {
      ranges.put(size, range);
    }
    size++;
  }

  /** Takes down that rows of these keys stand, or stood, on a page that isn't proven. */
  void doubt(KeyRange range) {
    doubts.add(range);
  }

  List<KeyRange> doubts() {
    return doubts;
  }

  /** Appends segment {@code i} of another list. */
  void addFrom(Segments other, int i) {
    add(other.pages[i], other.cells[i], other.flags[i], other.range(i));
  }
}
