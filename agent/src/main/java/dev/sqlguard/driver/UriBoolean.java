package dev.sqlguard.driver;

/** A boolean parameter of a URI as SQLite reads it (sqlite3GetBoolean, sqlite3Atoi). */
final class UriBoolean {
  private static final int MOST_DIGITS = 10;
  private static final int MOST_HEX_DIGITS = 8;

  private UriBoolean() {}

  /**
   * A word, or an integer that isn't 0; everything else is false.
   *
   * @param value null where the parameter is missing
   */
  static boolean isTrue(String value) {
    if (value == null || value.isEmpty()) {
      return false;
    }
    if (isDigit(value.charAt(0))) {
      return leadingInteger(value) != 0;
    }
    return value.equalsIgnoreCase("on")
        || value.equalsIgnoreCase("yes")
        || value.equalsIgnoreCase("true");
  }

  /** What follows the digits doesn't matter; a number that needs more than 31 bits is 0. */
  private static int leadingInteger(String text) {
    boolean hex = text.startsWith("0x") || text.startsWith("0X");
    return hex && text.length() > 2 && hexDigit(text.charAt(2)) >= 0
        ? hexadecimal(text)
        : decimal(text);
  }

  private static int decimal(String text) {
    int at = skipZeros(text, 0);
    int first = at;
    long value = 0;
    while (at < text.length() && isDigit(text.charAt(at)) && at - first <= MOST_DIGITS) {
      value = value * 10 + text.charAt(at++) - '0';
    }
    return at - first > MOST_DIGITS || value > Integer.MAX_VALUE ? 0 : (int) value;
  }

  private static int hexadecimal(String text) {
    int at = skipZeros(text, 2);
    int first = at;
    int value = 0;
    while (at < text.length() && hexDigit(text.charAt(at)) >= 0) {
      if (at - first == MOST_HEX_DIGITS || at - first == MOST_HEX_DIGITS - 1 && value >>> 27 != 0) {
        return 0;
      }
      value = value * 16 + hexDigit(text.charAt(at++));
    }
    return value;
  }

  private static int skipZeros(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) == '0') {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Or -1. */
  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
