package dev.sqlguard.schema;

import dev.sqlguard.schema.SqlValue.IntegerValue;
import dev.sqlguard.schema.SqlValue.RealValue;

/** Numbers that are written as texts. */
final class Numbers {
  private static final int MOST_DIGITS = 18;

  private Numbers() {}

  /**
   * What a column of numbers makes of a text.
   *
   * @return null where it stays a text
   */
  static SqlValue of(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    int end = end(text, from);
    if (end != to || end == from) {
      return null;
    }
    boolean integer = to - from <= MOST_DIGITS;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      integer &= c >= '0' && c <= '9' || i == from && (c == '-' || c == '+');
    }
    return integer
        ? new IntegerValue(Long.parseLong(text, from, to, 10))
        : new RealValue(Double.parseDouble(text.substring(from, to)));
  }

  /** The number that a text begins with; 0 where it begins with none. */
  static double beginningOf(String text) {
    int from = 0;
    while (from < text.length() && isSpace(text.charAt(from))) {
      from++;
    }
    int end = end(text, from);
    return end == from ? 0 : Double.parseDouble(text.substring(from, end));
  }

  /** Where the number ends that begins here; {@code from} where none does. */
  private static int end(String text, int from) {
    int at = from;
    at += at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+') ? 1 : 0;
    int whole = digits(text, at);
    int end = whole;
    if (whole < text.length() && text.charAt(whole) == '.') {
      end = digits(text, whole + 1);
      if (end == at + 1) {
        return from;
      }
    } else if (whole == at) {
      return from;
    }
    if (end < text.length() && Tokens.lower(text.charAt(end)) == 'e') {
      int exponent = end + 1;
      boolean signed =
          exponent < text.length()
              && (text.charAt(exponent) == '-' || text.charAt(exponent) == '+');
      exponent += signed ? 1 : 0;
      int last = digits(text, exponent);
      end = last > exponent ? last : end;
    }
    return end;
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }
}
