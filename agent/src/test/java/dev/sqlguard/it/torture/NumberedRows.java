package dev.sqlguard.it.torture;

/**
 * The rows that the torture run writes: what a number's row holds, and which numbers one
 * transaction writes, follow from the number alone. So whoever knows how far a writer came knows
 * all that it tried to write.
 *
 * <p>No row needs an overflow page: a destroyed page of those would be destroyed content of a sound
 * row, which no check of SQLite's sees.
 */
final class NumberedRows {
  static final String TABLE = "CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, x TEXT)";
  static final String INDEX = "CREATE INDEX ix ON t(k)";
  static final String INSERT = "INSERT INTO t VALUES (?, ?, ?)";

  private static final int MOST_IN_ONE = 4;
  private static final int SHORTEST = 20;
  private static final int MOST_MORE = 180;

  private NumberedRows() {}

  /** The number after those that the transaction that begins with {@code first} writes. */
  static long next(long first) {
    return first + 1 + Math.floorMod(mixed(first), MOST_IN_ONE);
  }

  static long key(long number) {
    return mixed(number) & 0xffff;
  }

  static String text(long number) {
    int length = SHORTEST + Math.floorMod(mixed(~number), MOST_MORE);
    StringBuilder text = new StringBuilder(number + ":");
    for (long seed = number; text.length() < length; ) {
      seed = mixed(seed);
      text.append(Long.toString(seed & Long.MAX_VALUE, Character.MAX_RADIX));
    }
    return text.toString();
  }

  /** A number whose bits depend on all bits of {@code number} (the finalizer of MurmurHash3). */
  private static long mixed(long number) {
    long z = (number ^ number >>> 33) * 0xff51afd7ed558ccdL;
    z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
    return z ^ z >>> 33;
  }
}
