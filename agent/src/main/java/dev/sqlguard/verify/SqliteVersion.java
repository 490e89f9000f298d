package dev.sqlguard.verify;

import java.util.Optional;

/** Versions of SQLite, compared. */
public final class SqliteVersion {
  private static final int PARTS = 3;
  private static final int PART_LIMIT = 1000;

  private SqliteVersion() {}

  /**
   * Like SQLITE_VERSION_NUMBER.
   *
   * @return -1 where the text doesn't begin with two numbers
   */
  static int number(String version) {
    int[] parts = new int[PARTS];
    int part = 0;
    int digits = 0;
    for (int i = 0; i < version.length() && part < PARTS; i++) {
      char c = version.charAt(i);
      if (c >= '0' && c <= '9') {
        parts[part] = parts[part] * 10 + c - '0';
        digits++;
        if (parts[part] >= PART_LIMIT) {
          return -1;
        }
      } else if (c == '.' && digits > 0) {
        part++;
        digits = 0;
      } else {
        break;
      }
    }
    boolean hasMinor = part > 1 || part == 1 && digits > 0;
    return hasMinor ? number(parts[0], parts[1], parts[2]) : -1;
  }

  /** The part of sqlite-jdbc's version that is SQLite's: the first three numbers. */
  public static String ofDriver(String version) {
    int end = -1;
    for (int part = 0; part < PARTS; part++) {
      int next = version.indexOf('.', end + 1);
      if (next < 0) {
        return version;
      }
      end = next;
    }
    return version.substring(0, end);
  }

  static int number(int major, int minor, int patch) {
    return (major * PART_LIMIT + minor) * PART_LIMIT + patch;
  }

  /**
   * Whether {@code version}, as {@code sqlite_version()} says it, is older; true for no version.
   */
  static boolean isBefore(String version, String other) {
    return number(version) < number(other);
  }

  /** The same of an engine that has opened a file; true where it doesn't know its version. */
  static boolean isBefore(SqliteEngine engine, String other) {
    Optional<String> version = engine.version();
    return version.isEmpty() || isBefore(version.get(), other);
  }
}
