package dev.sqlguard.salvage;

import java.util.Arrays;

/** A set of cells, each known by its page and where it starts on it. */
final class CellSet {
  private static final int START_BITS = 17;

  private long[] table = new long[64];
  private int size;

  void add(long page, int start) {
    if (size * 2 >= table.length) {
      grow();
    }
    size += put(table, key(page, start)) ? 1 : 0;
  }

  boolean contains(long page, int start) {
    if (size == 0) {
      return false;
    }
    long key = key(page, start);
    int at = slot(key, table.length);
    while (table[at] != 0) {
      if (table[at] == key) {
        return true;
      }
      at = at + 1 & table.length - 1;
    }
    return false;
  }

  int size() {
    return size;
  }

  private void grow() {
    long[] larger = new long[2 * table.length];
    Arrays.stream(table).filter(key -> key != 0).forEach(key -> put(larger, key));
    table = larger;
  }

  private static boolean put(long[] table, long key) {
    int at = slot(key, table.length);
    while (table[at] != 0) {
      if (table[at] == key) {
        return false;
      }
      at = at + 1 & table.length - 1;
    }
    table[at] = key;
    return true;
  }

  /** Never 0: no cell is on page 0. */
  private static long key(long page, int start) {
    return page << START_BITS | start;
  }

  private static int slot(long key, int length) {
    return (int) (key * 0x9E3779B97F4A7C15L >>> 40) & length - 1;
  }
}
