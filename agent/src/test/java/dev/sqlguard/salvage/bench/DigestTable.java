package dev.sqlguard.salvage.bench;

import java.util.Arrays;

/** A multimap from digests to row numbers, without an object per entry. */
final class DigestTable {
  private long[] digests;
  private int[] rows;
  private int size;

  DigestTable(int expected) {
    allocate(Math.max(16, Integer.highestOneBit(Math.max(1, expected)) * 4));
  }

  private void allocate(int capacity) {
    digests = new long[capacity];
    rows = new int[capacity];
    Arrays.fill(rows, -1);
  }

  void put(long digest, int row) {
    if (size * 2 >= rows.length) {
      grow();
    }
    int slot = slot(digest);
    while (rows[slot] >= 0) {
      slot = slot + 1 & rows.length - 1;
    }
    digests[slot] = digest;
    rows[slot] = row;
    size++;
  }

  /**
   * The first slot with {@code digest}, at or after the one given by {@link #slot} or by {@link
   * #after}.
   *
   * @return -1 where there is none
   */
  int find(long digest, int slot) {
    for (int at = slot; rows[at] >= 0; at = after(at)) {
      if (digests[at] == digest) {
        return at;
      }
    }
    return -1;
  }

  int find(long digest) {
    return find(digest, slot(digest));
  }

  int after(int slot) {
    return slot + 1 & rows.length - 1;
  }

  int row(int slot) {
    return rows[slot];
  }

  private int slot(long digest) {
    return (int) (digest >>> 32) & rows.length - 1;
  }

  private void grow() {
    long[] oldDigests = digests;
    int[] oldRows = rows;
    allocate(rows.length * 2);
    size = 0;
    for (int i = 0; i < oldRows.length; i++) {
      if (oldRows[i] >= 0) {
        put(oldDigests[i], oldRows[i]);
      }
    }
  }
}
