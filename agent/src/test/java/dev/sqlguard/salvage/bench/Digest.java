package dev.sqlguard.salvage.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.sql.SQLException;

/**
 * 64-bit digests of values and rows, so that millions of rows can be compared in little memory. Two
 * values of different storage classes have different digests (1, 1.0, '1', x'31'), as have 0.0 and
 * −0.0. The chance that any of two million rows is taken for another one is about one in ten
 * million.
 */
final class Digest {
  static final long NULL = 0x7c15_9e37_79b9_7f4aL;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ODD = 0x9e37_79b9_7f4a_7c15L;
  private static final long INTEGER_SALT = 0x2545_f491_4f6c_dd1dL;
  private static final long REAL_SALT = 0x5851_f42d_4c95_7f2dL;
  private static final long TEXT_SALT = 0x1405_7b7e_f767_814fL;
  private static final long BLOB_SALT = 0x6a09_e667_f3bc_c909L;
  private static final long LARGEST_EXACT = 1L << 53;

  private Digest() {}

  static long of(RowCursor row, int column, TextForm texts) throws SQLException {
    return switch (row.type(column)) {
      case RowCursor.INTEGER -> ofInteger(row.integer(column));
      case RowCursor.REAL -> ofReal(row.real(column));
      case RowCursor.TEXT -> ofBytes(texts.apply(row.bytes(column)), TEXT_SALT);
      case RowCursor.BLOB -> ofBytes(row.bytes(column), BLOB_SALT);
      default -> NULL;
    };
  }

  /**
   * As {@link #of}, but a whole number has one digest, be it an integer or a real: in a table
   * without affinities a REAL column's integers stay what they were in the record.
   */
  static long ofRecordValue(RowCursor row, int column, TextForm texts) throws SQLException {
    if (row.type(column) == RowCursor.REAL) {
      double value = row.real(column);
      if (Math.abs(value) < LARGEST_EXACT && value == (long) value) {
        return ofInteger((long) value);
      }
    }
    return of(row, column, texts);
  }

  static long ofInteger(long value) {
    return mix(value ^ INTEGER_SALT);
  }

  static long ofReal(double value) {
    return mix(Double.doubleToRawLongBits(value) ^ REAL_SALT);
  }

  /** The digest of a sequence, one element after the other. */
  static long append(long sequence, long element) {
    return mix(Long.rotateLeft(sequence, 23) * ODD + element);
  }

  private static long ofBytes(byte[] bytes, long salt) {
    long digest = salt + bytes.length * ODD;
    int at = 0;
    for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
      digest = Long.rotateLeft((digest ^ (long) WORD.get(bytes, at)) * ODD, 31) * salt;
    }
    long rest = 0;
    for (; at < bytes.length; at++) {
      rest = rest << 8 | bytes[at] & 0xff;
    }
    return mix(digest ^ rest);
  }

  private static long mix(long value) {
    long x = (value ^ value >>> 33) * 0xff51_afd7_ed55_8ccdL;
    x = (x ^ x >>> 33) * 0xc4ce_b9fe_1a85_ec53L;
    return x ^ x >>> 33;
  }
}
