package dev.sqlguard.scan;

import java.util.Arrays;

/** Which bytes of a page are taken, one bit each. */
final class Coverage {
  private final long[] taken;

  Coverage(int pageSize) {
    this.taken = new long[pageSize / Long.SIZE];
  }

  void clear() {
    Arrays.fill(taken, 0);
  }

  /**
   * Takes the bytes from {@code from} to {@code to}, exclusive.
   *
   * @return false where one of them was taken
   */
  boolean take(int from, int to) {
    int word = from / Long.SIZE;
    int last = (to - 1) / Long.SIZE;
    long mask = -1L << from;
    long conflict = 0;
    while (word < last) {
      conflict |= taken[word] & mask;
      taken[word++] |= mask;
      mask = -1L;
    }
    mask &= -1L >>> -to;
    conflict |= taken[word] & mask;
    taken[word] |= mask;
    return conflict == 0;
  }
}
