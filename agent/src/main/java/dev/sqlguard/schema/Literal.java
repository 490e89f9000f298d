package dev.sqlguard.schema;

import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.schema.SqlValue.BlobValue;
import dev.sqlguard.schema.SqlValue.IntegerValue;
import dev.sqlguard.schema.SqlValue.NullValue;
import dev.sqlguard.schema.SqlValue.RealValue;
import dev.sqlguard.schema.SqlValue.TextValue;

/** A constant in a statement, of which it is certain how SQLite reads it. */
final class Literal {
  /** So many decimal digits fit into a long, whatever they are. */
  private static final int MOST_DIGITS = 18;

  /** With so many digits and such a power of ten a double is the nearest one in any arithmetic. */
  private static final int EXACT_DIGITS = 15;

  private static final int EXACT_POWER = 22;
  private static final double EXACT_INTEGERS = 1e15;

  private final SqlValue value;

  /** Null for everything but texts. */
  private final String text;

  private Literal(SqlValue value, String text) {
    this.value = value;
    this.text = text;
  }

  static Literal ofNull() {
    return new Literal(new NullValue(), null);
  }

  static Literal of(long value) {
    return new Literal(new IntegerValue(value), null);
  }

  static Literal of(String text) {
    return new Literal(null, text);
  }

  /** Null where it isn't certain what it is. */
  static Literal of(Tokens tokens, int token, boolean negative) {
    switch (tokens.kind(token)) {
      case Tokens.NUMBER:
        SqlValue number = number(tokens.text(token), negative);
        return number == null ? null : new Literal(number, null);
      case Tokens.STRING:
        return negative ? null : of(tokens.name(token));
      case Tokens.BLOB:
        return negative ? null : new Literal(blob(tokens.text(token)), null);
      case Tokens.WORD:
        return negative || !tokens.isWord(token, "null") ? null : ofNull();
      default:
        return null;
    }
  }

  private static SqlValue number(String text, boolean negative) {
    int digits = 0;
    int fraction = 0;
    boolean point = false;
    int at = 0;
    for (; at < text.length() && Tokens.lower(text.charAt(at)) != 'e'; at++) {
      char c = text.charAt(at);
      if (c == '.') {
        point = true;
      } else if (c < '0' || c > '9') {
        return null;
      } else {
        digits++;
        fraction += point ? 1 : 0;
      }
    }
    if (!point && at == text.length()) {
      if (digits > MOST_DIGITS) {
        return null;
      }
      long value = Long.parseLong(text);
      return new IntegerValue(negative ? -value : value);
    }
    if (digits > EXACT_DIGITS || text.length() - at > 4) {
      return null;
    }
    int power = at == text.length() ? 0 : Integer.parseInt(text, at + 1, text.length(), 10);
    if (Math.abs(power - fraction) > EXACT_POWER) {
      return null;
    }
    double value = Double.parseDouble(text);
    return value == 0 && negative ? null : new RealValue(negative ? -value : value);
  }

  private static BlobValue blob(String text) {
    byte[] bytes = new byte[(text.length() - 3) / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(text, 2 + 2 * i, 4 + 2 * i, 16);
    }
    return new BlobValue(bytes);
  }

  /** As it stands in the statement. */
  SqlValue value(TextEncoding encoding) {
    return text == null ? value : new TextValue(text.getBytes(encoding.charset()));
  }

  /**
   * As the default of a column in a record that is older than the column.
   *
   * @return null where it isn't certain
   */
  SqlValue stored(Affinity affinity, TextEncoding encoding) {
    if (text != null) {
      if (affinity == Affinity.TEXT || affinity == Affinity.BLOB) {
        return value(encoding);
      }
      SqlValue number = Numbers.of(text);
      return number == null
          ? value(encoding)
          : number instanceof IntegerValue ? inNumbers((IntegerValue) number, affinity) : null;
    }
    if (value instanceof IntegerValue integer) {
      return affinity != Affinity.TEXT
          ? inNumbers(integer, affinity)
          : new TextValue(Long.toString(integer.value()).getBytes(encoding.charset()));
    }
    return value instanceof RealValue real ? stored(real, affinity) : value;
  }

  private static SqlValue stored(RealValue real, Affinity affinity) {
    boolean whole = real.value() == Math.rint(real.value());
    switch (affinity) {
      case TEXT:
        return null;
      case INTEGER, NUMERIC:
        boolean small = Math.abs(real.value()) < EXACT_INTEGERS;
        return !whole ? real : small ? new IntegerValue((long) real.value()) : null;
      default:
        return real;
    }
  }

  private static SqlValue inNumbers(IntegerValue value, Affinity affinity) {
    return affinity == Affinity.REAL ? new RealValue(value.value()) : value;
  }
}
