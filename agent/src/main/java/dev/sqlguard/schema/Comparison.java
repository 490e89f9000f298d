package dev.sqlguard.schema;

import dev.sqlguard.format.Collation;
import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.schema.SqlValue.BlobValue;
import dev.sqlguard.schema.SqlValue.IntegerValue;
import dev.sqlguard.schema.SqlValue.NullValue;
import dev.sqlguard.schema.SqlValue.RealValue;
import dev.sqlguard.schema.SqlValue.TextValue;
import java.util.Arrays;

/**
 * A column compared with a constant ("Datatypes in SQLite", section 4): first the column's affinity
 * is applied to both, then they are compared by storage class, and texts by the column's collation.
 */
final class Comparison extends Truth {
  /** The outcomes for which it holds, as bits. */
  static final int LESS = 1;

  static final int EQUAL = 2;
  static final int GREATER = 4;

  /** What the row and the column say of the value. */
  record Operand(int field, Affinity affinity, Collation collation) {}

  private final Operand operand;
  private final int outcomes;
  private final boolean nullIsValue;
  private final SqlValue constant;
  private final TextEncoding encoding;

  /**
   * @param nullIsValue for IS and IS NOT, which are never unknown
   */
  Comparison(
      Operand operand,
      int outcomes,
      boolean nullIsValue,
      SqlValue constant,
      TextEncoding encoding) {
    this.operand = operand;
    this.outcomes = outcomes;
    this.nullIsValue = nullIsValue;
    this.encoding = encoding;
    this.constant = converted(constant);
  }

  @Override
  int of(Row row) {
    SqlValue value = converted(row.value(operand.field()));
    boolean isNull = value instanceof NullValue;
    boolean againstNull = constant instanceof NullValue;
    if (!isNull && !againstNull) {
      int order = compare(value, constant);
      int outcome = order < 0 ? LESS : order > 0 ? GREATER : EQUAL;
      return (outcomes & outcome) != 0 ? TRUE : FALSE;
    }
    if (!nullIsValue) {
      return UNKNOWN;
    }
    return (isNull && againstNull) == (outcomes == EQUAL) ? TRUE : FALSE;
  }

  private SqlValue converted(SqlValue value) {
    Affinity affinity = operand.affinity();
    if (affinity == Affinity.BLOB) {
      return value;
    }
    if (affinity == Affinity.TEXT) {
      if (value instanceof IntegerValue integer) {
        return text(Long.toString(integer.value()));
      }
      return value instanceof RealValue real ? text(Double.toString(real.value())) : value;
    }
    if (value instanceof TextValue text) {
      SqlValue number = Numbers.of(new String(text.bytes(), encoding.charset()));
      return number == null ? value : number;
    }
    return value;
  }

  private SqlValue text(String text) {
    return new TextValue(text.getBytes(encoding.charset()));
  }

  private int compare(SqlValue a, SqlValue b) {
    int rank = rank(a);
    if (rank != rank(b)) {
      return rank - rank(b);
    }
    if (a instanceof TextValue text) {
      byte[] left = text.bytes();
      byte[] right = ((TextValue) b).bytes();
      return operand.collation().compare(encoding, left, 0, left.length, right, 0, right.length);
    }
    if (a instanceof BlobValue blob) {
      return Arrays.compareUnsigned(blob.bytes(), ((BlobValue) b).bytes());
    }
    return compareNumbers(a, b);
  }

  private static int compareNumbers(SqlValue a, SqlValue b) {
    if (a instanceof IntegerValue left) {
      return b instanceof IntegerValue right
          ? Long.compare(left.value(), right.value())
          : KeyOrder.compare(left.value(), ((RealValue) b).value());
    }
    double x = ((RealValue) a).value();
    if (b instanceof IntegerValue right) {
      return -KeyOrder.compare(right.value(), x);
    }
    double y = ((RealValue) b).value();
    return x < y ? -1 : x > y ? 1 : 0;
  }

  private static int rank(SqlValue value) {
    return value instanceof TextValue ? 2 : value instanceof BlobValue ? 3 : 1;
  }
}
