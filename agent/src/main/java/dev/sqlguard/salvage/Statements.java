package dev.sqlguard.salvage;

import java.util.Arrays;

/** Rows, or entries of an index: of each its key, a hash of what it says, and where it stands. */
final class Statements {
  private static final int START_BITS = 17;

  private long[] keys = new long[1024];
  private long[] values = new long[1024];
  private long[] places = new long[1024];
  private int size;

  void add(long key, long value, int page, int start, boolean trusted) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
      places = Arrays.copyOf(places, 2 * size);
    }
    keys[size] = key;
    values[size] = value;
    places[size++] = ((long) page << START_BITS | start) << 1 | (trusted ? 1 : 0);
  }

  int size() {
    return size;
  }

  long key(int i) {
    return keys[i];
  }

  long value(int i) {
    return values[i];
  }

  int page(int i) {
    return (int) (places[i] >>> START_BITS + 1);
  }

  int start(int i) {
    return (int) (places[i] >>> 1) & (1 << START_BITS) - 1;
  }

  /** Whether nothing is wrong with the page where it stands. */
  boolean isTrusted(int i) {
    return (places[i] & 1) != 0;
  }

  /** By key; a heap, so that no order of the rows makes it slow and nothing is allocated. */
  void sort() {
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i, size);
    }
    for (int end = size - 1; end > 0; end--) {
      swap(0, end);
      sink(0, end);
    }
  }

  private void sink(int root, int end) {
    int at = root;
    while (2 * at + 1 < end) {
      int child = 2 * at + 1;
      if (child + 1 < end && keys[child] < keys[child + 1]) {
        child++;
      }
      if (keys[at] >= keys[child]) {
        return;
      }
      swap(at, child);
      at = child;
    }
  }

  private void swap(int a, int b) {
    long key = keys[a];
    keys[a] = keys[b];
    keys[b] = key;
    long value = values[a];
    values[a] = values[b];
    values[b] = value;
    long place = places[a];
    places[a] = places[b];
    places[b] = place;
  }
}
