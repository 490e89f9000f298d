package dev.sqlguard.scan;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.FieldValue;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.schema.SqlValue;
import java.util.Arrays;

/**
 * Hashes values so that equal hashes mean what SQLite stores in an index for the value of a row:
 * numbers count by their value (a REAL column keeps whole numbers as integers in the table, and
 * -0.0 is 0), NaN is NULL, and text by its bytes, whatever the collation. 128 bits as two words
 * that don't depend on each other.
 */
final class ValueHash {
  private static final long FIRST_SEED = 0x9E3779B97F4A7C15L;
  private static final long SECOND_SEED = 0xC2B2AE3D27D4EB4FL;
  private static final long FIRST_FACTOR = 0xD6E8FEB86659FD93L;
  private static final long SECOND_FACTOR = 0xA0761D6478BD642FL;

  /** Different ones: what could be made up for in one word then can't in the other. */
  private static final int FIRST_SHIFT = 32;

  private static final int SECOND_SHIFT = 29;

  private static final int NULL_CLASS = 1;
  private static final int INTEGER_CLASS = 2;
  private static final int REAL_CLASS = 3;
  private static final int TEXT_CLASS = 4;
  private static final int BLOB_CLASS = 5;

  private long first;
  private long second;

  /** The first word of the value hashed last. */
  long first() {
    return first;
  }

  /** The second word of the value hashed last. */
  long second() {
    return second;
  }

  /** The first word of an entry of which no field has been added. */
  static long firstOfEntry() {
    return FIRST_SEED;
  }

  static long secondOfEntry() {
    return SECOND_SEED;
  }

  /** Adds a field's first word to its entry's; nothing is lost, whatever was there before. */
  static long joinFirst(long entry, long field) {
    long mixed = (entry ^ field) * FIRST_FACTOR;
    return mixed ^ mixed >>> FIRST_SHIFT;
  }

  static long joinSecond(long entry, long field) {
    long mixed = (entry + field) * SECOND_FACTOR;
    return mixed ^ mixed >>> SECOND_SHIFT;
  }

  /**
   * The word of an entry that has all its fields, as it can be added up: without this, entries that
   * have exchanged their rowids could come to the same sum.
   */
  static long finished(long entry) {
    long mixed = (entry ^ entry >>> 31) * SECOND_SEED;
    mixed = (mixed ^ mixed >>> 30) * FIRST_SEED;
    return mixed ^ mixed >>> 32;
  }

  void ofNull() {
    begin(NULL_CLASS);
  }

  void ofInteger(long value) {
    begin(INTEGER_CLASS);
    take(value);
  }

  void ofReal(double value) {
    long whole = (long) value;
    if (Double.isNaN(value)) {
      ofNull();
    } else if (whole == value && whole != Long.MAX_VALUE) {
      // The largest long stands for every number beyond it, too.
      ofInteger(whole);
    } else {
      begin(REAL_CLASS);
      take(Double.doubleToRawLongBits(value));
    }
  }

  /**
   * A field of a record, all of whose bytes are at hand. In one piece, so that the JVM, which puts
   * what is small into each of its callers, compiles it once.
   *
   * @param b with {@link BigEndian#PADDING} behind the record
   * @param at where the record begins
   * @param real whether it is of a REAL column
   */
  void of(RecordCursor record, int field, byte[] b, int at, boolean real) {
    long type = record.type(field);
    int next = at + (int) record.offset(field);
    if (type < SerialType.BLOB) {
      if (real || !SerialType.isInteger(type)) {
        ofOther(type, b, next);
      } else {
        ofInteger(FieldValue.whole(b, next, type));
      }
      return;
    }
    int rest = (int) (type - SerialType.BLOB >> 1);
    int storageClass = (type & 1) == 1 ? TEXT_CLASS : BLOB_CLASS;
    long a = (FIRST_SEED * storageClass ^ rest) * FIRST_FACTOR;
    long z = (SECOND_SEED * storageClass + rest) * SECOND_FACTOR;
    a ^= a >>> FIRST_SHIFT;
    z ^= z >>> SECOND_SHIFT;
    while (rest > 0) {
      int taken = Math.min(rest, Long.BYTES);
      long word =
          ((long) b[next] << 56
                  | (b[next + 1] & 0xffL) << 48
                  | (b[next + 2] & 0xffL) << 40
                  | (b[next + 3] & 0xffL) << 32
                  | (b[next + 4] & 0xffL) << 24
                  | (b[next + 5] & 0xff) << 16
                  | (b[next + 6] & 0xff) << 8
                  | b[next + 7] & 0xff)
              >> Long.SIZE - Byte.SIZE * taken;
      a = (a ^ word) * FIRST_FACTOR;
      z = (z + word) * SECOND_FACTOR;
      a ^= a >>> FIRST_SHIFT;
      z ^= z >>> SECOND_SHIFT;
      next += taken;
      rest -= taken;
    }
    first = a;
    second = z;
  }

  /** NULL, or a number that may not be a whole one. */
  private void ofOther(long type, byte[] b, int from) {
    if (type == SerialType.NULL) {
      ofNull();
    } else if (type == SerialType.REAL) {
      ofReal(FieldValue.real(b, from));
    } else {
      ofReal((double) FieldValue.whole(b, from, type));
    }
  }

  private void ofBytes(byte[] b, boolean text) {
    begin(text ? TEXT_CLASS : BLOB_CLASS);
    take(b.length);
    byte[] padded = Arrays.copyOf(b, b.length + BigEndian.PADDING);
    for (int next = 0; next < b.length; next += Long.BYTES) {
      int rest = Math.min(b.length - next, Long.BYTES);
      take(BigEndian.u64(padded, next) >> Long.SIZE - Byte.SIZE * rest);
    }
  }

  void of(SqlValue value) {
    if (value instanceof SqlValue.IntegerValue integer) {
      ofInteger(integer.value());
    } else if (value instanceof SqlValue.RealValue real) {
      ofReal(real.value());
    } else if (value instanceof SqlValue.TextValue text) {
      ofBytes(text.bytes(), true);
    } else if (value instanceof SqlValue.BlobValue blob) {
      ofBytes(blob.bytes(), false);
    } else {
      ofNull();
    }
  }

  private void begin(int storageClass) {
    first = FIRST_SEED * storageClass;
    second = SECOND_SEED * storageClass;
  }

  private void take(long word) {
    first = joinFirst(first, word);
    second = joinSecond(second, word);
  }
}
