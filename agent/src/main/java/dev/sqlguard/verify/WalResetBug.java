package dev.sqlguard.verify;

/**
 * The bug in SQLite by which two connections that write to and checkpoint a database in WAL mode at
 * the same time can corrupt it: 3.7.0 to 3.51.2, but not 3.44.6 and 3.50.7, to which its fix was
 * carried back, nor later ones of these two lines.
 *
 * @see <a href="https://www.sqlite.org/wal.html#walresetbug">The WAL-Reset Bug</a>
 */
public final class WalResetBug {
  /** The first version of the main line without it. */
  public static final String FIXED_IN = "3.51.3";

  private static final int FIRST = SqliteVersion.number(3, 7, 0);
  private static final int LAST = SqliteVersion.number(3, 51, 2);
  private static final int FIXED_3_44 = SqliteVersion.number(3, 44, 6);
  private static final int FIXED_3_50 = SqliteVersion.number(3, 50, 7);
  private static final int PART_LIMIT = 1000;

  private WalResetBug() {}

  /**
   * Whether this version has it.
   *
   * @param version as {@code sqlite_version()} says; false where that is no version
   */
  public static boolean affects(String version) {
    int number = SqliteVersion.number(version);
    return number >= FIRST
        && number <= LAST
        && !isInLineSince(number, FIXED_3_44)
        && !isInLineSince(number, FIXED_3_50);
  }

  private static boolean isInLineSince(int number, int fixed) {
    return number / PART_LIMIT == fixed / PART_LIMIT && number >= fixed;
  }
}
