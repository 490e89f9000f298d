package dev.sqlguard.salvage;

/** A set of numbers without an object for each. */
final class LongSet {
  private long[] table = new long[64];
  private int size;
  private boolean hasZero;

  /**
   * @return whether it is new
   */
  boolean add(long number) {
    if (number == 0) {
      boolean fresh = !hasZero;
      hasZero = true;
      return fresh;
    }
    if (size * 2 >= table.length) {
      grow();
    }
    boolean fresh = put(table, number);
    size += fresh ? 1 : 0;
    return fresh;
  }

  boolean contains(long number) {
    if (number == 0) {
      return hasZero;
    }
    int at = slot(number, table.length);
    while (table[at] != 0) {
      if (table[at] == number) {
        return true;
      }
      at = at + 1 & table.length - 1;
    }
    return false;
  }

  int size() {
    return size + (hasZero ? 1 : 0);
  }

  private void grow() {
    long[] larger = new long[2 * table.length];
    for (long number : table) {
      if (number != 0) {
        put(larger, number);
      }
    }
    table = larger;
  }

  private static boolean put(long[] table, long number) {
    int at = slot(number, table.length);
    while (table[at] != 0) {
      if (table[at] == number) {
        return false;
      }
      at = at + 1 & table.length - 1;
    }
    table[at] = number;
    return true;
  }

  private static int slot(long number, int length) {
    return (int) (number * 0x9E3779B97F4A7C15L >>> 32) & length - 1;
  }
}
