package dev.sqlguard.store;

/** Sizes for people. */
public final class Sizes {
  private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};

  private Sizes() {}

  /** For example {@code 512 bytes}, {@code 4.1 kB}, {@code 189 MB}. */
  public static String text(long bytes) {
    if (bytes < 1000) {
      return bytes + " " + UNITS[0];
    }
    long tenths = bytes / 100;
    int unit = 1;
    while (tenths >= 10_000 && unit < UNITS.length - 1) {
      tenths /= 1000;
      unit++;
    }
    return (tenths < 1000 ? tenths / 10 + "." + tenths % 10 : tenths / 10) + " " + UNITS[unit];
  }
}
