package dev.sqlguard.salvage;

/** The longest part of a row of keys that rises: the rest of them is out of place. */
final class RisingKeys {
  /** Compares two keys by their numbers. */
  @FunctionalInterface
  interface Order {
    /** Below zero where the first one comes first. */
    int compare(int a, int b);
  }

  private RisingKeys() {}

  /** Which of the {@code n} keys belong to it. */
  static boolean[] of(int n, Order order) {
    int[] tails = new int[n];
    int[] before = new int[n];
    int length = 0;
    for (int i = 0; i < n; i++) {
      int low = 0;
      int high = length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (order.compare(tails[middle], i) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      before[i] = low == 0 ? -1 : tails[low - 1];
      tails[low] = i;
      length = Math.max(length, low + 1);
    }
    boolean[] chosen = new boolean[n];
    for (int i = length == 0 ? -1 : tails[length - 1]; i >= 0; i = before[i]) {
      chosen[i] = true;
    }
    return chosen;
  }
}
