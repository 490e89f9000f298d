package dev.sqlguard.repair;

/** Ages for people. */
public final class Age {
  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Age() {}

  /** For example {@code 12 s}, {@code 3 h}, {@code 2 d}. */
  public static String text(long millis) {
    if (millis < 2 * MINUTE) {
      return Math.max(0, millis / SECOND) + " s";
    }
    if (millis < 2 * HOUR) {
      return millis / MINUTE + " min";
    }
    return millis < 2 * DAY ? millis / HOUR + " h" : millis / DAY + " d";
  }
}
