package dev.sqlguard.scan;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.FieldValue;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.schema.SqlValue;

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
    return mixed ^ mixed >>> 32;
  }

  static long joinSecond(long entry, long field) {
    long mixed = (entry + field) * SECOND_FACTOR;
    return mixed ^ mixed >>> 29;
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

  void ofBytes(byte[] b, int at, int length, boolean text) {
    begin(text ? TEXT_CLASS : BLOB_CLASS);
    take(length);
    int next = at;
    int end = at + length;
    while (next <= end - Long.BYTES) {
      take(BigEndian.u64(b, next));
      next += Long.BYTES;
    }
    long rest = 0;
    while (next < end) {
      rest = rest << Byte.SIZE | b[next++] & 0xff;
    }
    take(rest);
  }

  /**
   * A field of a record, all of whose bytes are at hand.
   *
   * @param at where the record begins
   * @param real whether it is of a REAL column
   */
  void of(RecordCursor record, int field, byte[] b, int at, boolean real) {
    long type = record.type(field);
    int from = at + (int) record.offset(field);
    if (type >= SerialType.BLOB) {
      ofBytes(b, from, (int) SerialType.size(type), SerialType.isText(type));
    } else if (type == SerialType.NULL) {
      ofNull();
    } else if (type == SerialType.REAL) {
      ofReal(FieldValue.real(b, from));
    } else if (real) {
      ofReal((double) FieldValue.integer(b, from, type));
    } else {
      ofInteger(FieldValue.integer(b, from, type));
    }
  }

  void of(SqlValue value) {
    if (value instanceof SqlValue.IntegerValue integer) {
      ofInteger(integer.value());
    } else if (value instanceof SqlValue.RealValue real) {
      ofReal(real.value());
    } else if (value instanceof SqlValue.TextValue text) {
      ofBytes(text.bytes(), 0, text.bytes().length, true);
    } else if (value instanceof SqlValue.BlobValue blob) {
      ofBytes(blob.bytes(), 0, blob.bytes().length, false);
    } else {
      ofNull();
    }
  }

  private void begin(int storageClass) {
    first = FIRST_SEED + storageClass;
    second = SECOND_SEED ^ (long) storageClass << 32;
  }

  private void take(long word) {
    first = joinFirst(first, word);
    second = joinSecond(second, word);
  }
}
