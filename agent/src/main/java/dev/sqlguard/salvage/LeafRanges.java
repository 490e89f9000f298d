package dev.sqlguard.salvage;

import java.util.Arrays;
import java.util.Comparator;

/** Which leaves have rowids around a given one, over many tables at once. */
final class LeafRanges {
  /** A leaf with a very wide range makes all others be looked at: there is an end to that. */
  private static final int MOST_STEPS = 2000;

  private long[] first = new long[64];
  private long[] last = new long[64];
  private int[] pages = new int[64];
  private int size;

  /** The highest {@link #last} up to each place. */
  private long[] reach;

  /** Not after the first {@link #containing}. */
  void add(long firstRowid, long lastRowid, int page) {
    if (size == pages.length) {
      first = Arrays.copyOf(first, 2 * size);
      last = Arrays.copyOf(last, 2 * size);
      pages = Arrays.copyOf(pages, 2 * size);
    }
    first[size] = firstRowid;
    last[size] = lastRowid;
    pages[size++] = page;
  }

  /** The pages that could have the row. */
  int[] containing(long rowid) {
    if (reach == null) {
      sort();
    }
    int at = Arrays.binarySearch(first, 0, size, rowid);
    at = at < 0 ? -at - 2 : at;
    while (at + 1 < size && first[at + 1] == rowid) {
      at++;
    }
    int[] found = new int[8];
    int count = 0;
    for (int steps = 0; at >= 0 && reach[at] >= rowid && steps < MOST_STEPS; at--, steps++) {
      if (last[at] >= rowid) {
        found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
        found[count++] = pages[at];
      }
    }
    return Arrays.copyOf(found, count);
  }

  private void sort() {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(i -> first[i]));
    long[] sortedFirst = new long[size];
    long[] sortedLast = new long[size];
    int[] sortedPages = new int[size];
    reach = new long[size];
    for (int i = 0; i < size; i++) {
      sortedFirst[i] = first[order[i]];
      sortedLast[i] = last[order[i]];
      sortedPages[i] = pages[order[i]];
      reach[i] = i == 0 ? sortedLast[i] : Math.max(reach[i - 1], sortedLast[i]);
    }
    first = sortedFirst;
    last = sortedLast;
    pages = sortedPages;
  }
}
