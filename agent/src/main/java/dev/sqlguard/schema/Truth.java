package dev.sqlguard.schema;

import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.schema.SqlValue.BlobValue;
import dev.sqlguard.schema.SqlValue.IntegerValue;
import dev.sqlguard.schema.SqlValue.NullValue;
import dev.sqlguard.schema.SqlValue.RealValue;
import dev.sqlguard.schema.SqlValue.TextValue;

/** A condition that may be neither true nor false. */
abstract class Truth implements Condition {
  static final int FALSE = 0;
  static final int TRUE = 1;
  static final int UNKNOWN = 2;

  abstract int of(Row row);

  @Override
  public final boolean holds(Row row) {
    return of(row) == TRUE;
  }

  static Truth constant(int truth) {
    return new Truth() {
      @Override
      int of(Row row) {
        return truth;
      }
    };
  }

  static Truth not(Truth term) {
    return new Truth() {
      @Override
      int of(Row row) {
        int truth = term.of(row);
        return truth == UNKNOWN ? UNKNOWN : TRUE - truth;
      }
    };
  }

  /**
   * AND or OR of any number of terms.
   *
   * @param decisive what one term is enough for: FALSE for AND, TRUE for OR
   */
  static Truth join(Truth[] terms, int decisive) {
    return new Truth() {
      @Override
      int of(Row row) {
        int result = TRUE - decisive;
        for (Truth term : terms) {
          int truth = term.of(row);
          if (truth == decisive) {
            return decisive;
          }
          result = truth == UNKNOWN ? UNKNOWN : result;
        }
        return result;
      }
    };
  }

  /** A column in the place of a condition. */
  static Truth column(int field, TextEncoding encoding) {
    return new Truth() {
      @Override
      int of(Row row) {
        SqlValue value = row.value(field);
        if (value instanceof NullValue) {
          return UNKNOWN;
        }
        return isNotZero(value, encoding) ? TRUE : FALSE;
      }
    };
  }

  private static boolean isNotZero(SqlValue value, TextEncoding encoding) {
    if (value instanceof IntegerValue integer) {
      return integer.value() != 0;
    }
    if (value instanceof RealValue real) {
      return real.value() != 0;
    }
    byte[] bytes = value instanceof TextValue text ? text.bytes() : ((BlobValue) value).bytes();
    return Numbers.beginningOf(new String(bytes, encoding.charset())) != 0;
  }

  /** {@code term IS TRUE} or {@code term IS FALSE}. */
  static Truth is(Truth term, int truth) {
    return new Truth() {
      @Override
      int of(Row row) {
        return term.of(row) == truth ? TRUE : FALSE;
      }
    };
  }
}
