package dev.sqlguard.format;

import java.util.List;

/**
 * The order of the entries of an index, or of the rows of a WITHOUT ROWID table (file format,
 * section 2.4): field by field, NULL before numbers before text before BLOBs.
 */
public final class KeyOrder {
  /** One field of the key. */
  public record Field(Collation collation, boolean descending) {}

  private final List<Field> fields;
  private final TextEncoding encoding;
  private final boolean[] binary;
  private final RecordCursor left = new RecordCursor();
  private final RecordCursor right = new RecordCursor();
  private int equalFields;

  /** Not for use by several threads at a time. */
  public KeyOrder(List<Field> fields, TextEncoding encoding) {
    this.fields = List.copyOf(fields);
    this.encoding = encoding;
    this.binary = new boolean[fields.size()];
    for (int i = 0; i < binary.length; i++) {
      binary[i] = fields.get(i).collation() == Collation.BINARY;
    }
  }

  /** How many fields the key has. */
  public int size() {
    return fields.size();
  }

  /**
   * Compares two records by their keys, each given by those of its bytes that are at hand.
   *
   * @return 0 where they are equal as far as that can be told
   */
  public int compare(
      byte[] a,
      int aAt,
      int aAvailable,
      long aSize,
      byte[] b,
      int bAt,
      int bAvailable,
      long bSize) {
    if (left.parse(a, aAt, aAvailable, aSize) == RecordCursor.Result.INCOMPLETE
        || right.parse(b, bAt, bAvailable, bSize) == RecordCursor.Result.INCOMPLETE) {
      return 0;
    }
    int common = Math.min(fields.size(), Math.min(left.fields(), right.fields()));
    for (int i = 0; i < common; i++) {
      if (end(left, i) > aAvailable || end(right, i) > bAvailable) {
        return beginnings(i, a, aAt, aAvailable, b, bAt, bAvailable);
      }
      int order =
          compareField(
              i,
              a,
              aAt + (int) left.offset(i),
              left.type(i),
              b,
              bAt + (int) right.offset(i),
              right.type(i));
      if (order != 0) {
        return fields.get(i).descending() ? -order : order;
      }
    }
    return 0;
  }

  /**
   * Compares two records that are at hand with all of their keys.
   *
   * @param left parsed from {@code a} at {@code aAt}; {@code right} likewise. Both arrays have
   *     {@link BigEndian#PADDING} behind the records
   * @return 0 where one's key is the beginning of the other's, too
   */
  public int compare(RecordCursor left, byte[] a, int aAt, RecordCursor right, byte[] b, int bAt) {
    int common = Math.min(binary.length, Math.min(left.fields(), right.fields()));
    for (int i = 0; i < common; i++) {
      long leftType = left.type(i);
      long rightType = right.type(i);
      int leftAt = aAt + (int) left.offset(i);
      int rightAt = bAt + (int) right.offset(i);
      int order = 0;
      if (SerialType.isInteger(leftType) && SerialType.isInteger(rightType)) {
        order =
            Long.compare(
                FieldValue.whole(a, leftAt, leftType), FieldValue.whole(b, rightAt, rightType));
      } else if (binary[i]
          && leftType >= SerialType.BLOB
          && rightType >= SerialType.BLOB
          && (leftType + rightType & 1) == 0) {
        int leftSize = (int) (leftType - SerialType.BLOB >> 1);
        int rightSize = (int) (rightType - SerialType.BLOB >> 1);
        int rest = Math.min(leftSize, rightSize);
        while (rest > 0 && order == 0) {
          int taken = Math.min(rest, Long.BYTES);
          int unused = Long.SIZE - Byte.SIZE * taken;
          order =
              Long.compareUnsigned(
                  BigEndian.u64(a, leftAt) >>> unused, BigEndian.u64(b, rightAt) >>> unused);
          leftAt += taken;
          rightAt += taken;
          rest -= taken;
        }
        order = order == 0 ? leftSize - rightSize : order;
      } else if (leftType != SerialType.NULL || rightType != SerialType.NULL) {
        order = compareField(i, a, leftAt, leftType, b, rightAt, rightType);
      }
      if (order != 0) {
        equalFields = i;
        return fields.get(i).descending() ? -order : order;
      }
    }
    equalFields = common;
    return 0;
  }

  /** How many fields, from the first one on, were equal when whole records were compared last. */
  public int equalFields() {
    return equalFields;
  }

  /** Whether SQLite reads a field as NULL. */
  public static boolean isNull(RecordCursor record, int field, byte[] b, int at) {
    return rank(b, at + (int) record.offset(field), record.type(field)) == 0;
  }

  /**
   * Compares one field of which not all is at hand: the bytes that are may already differ.
   *
   * @return 0 where they don't
   */
  private int beginnings(
      int field, byte[] a, int aAt, int aAvailable, byte[] b, int bAt, int bAvailable) {
    long aType = left.type(field);
    long bType = right.type(field);
    int order = rank(aType) - rank(bType);
    boolean text = SerialType.isText(aType);
    Collation collation = text ? fields.get(field).collation() : Collation.BINARY;
    boolean byBytes =
        collation == Collation.BINARY
            || collation == Collation.NOCASE && encoding == TextEncoding.UTF_8;
    if (order == 0 && aType >= SerialType.BLOB && byBytes) {
      int aFrom = (int) Math.min(left.offset(field), aAvailable);
      int bFrom = (int) Math.min(right.offset(field), bAvailable);
      int aLength = (int) Math.min(aAvailable - aFrom, SerialType.size(aType));
      int bLength = (int) Math.min(bAvailable - bFrom, SerialType.size(bType));
      int common = Math.min(aLength, bLength);
      order = collation.compare(encoding, a, aAt + aFrom, common, b, bAt + bFrom, common);
    }
    return fields.get(field).descending() ? -order : order;
  }

  private static long end(RecordCursor record, int field) {
    return record.offset(field) + SerialType.size(record.type(field));
  }

  private int compareField(
      int field, byte[] a, int aAt, long aType, byte[] b, int bAt, long bType) {
    int rank = rank(a, aAt, aType);
    int bRank = rank(b, bAt, bType);
    if (rank != bRank || rank == 0) {
      return rank - bRank;
    }
    if (rank == 1) {
      boolean aReal = aType == SerialType.REAL;
      boolean bReal = bType == SerialType.REAL;
      long x = aReal ? 0 : FieldValue.integer(a, aAt, aType);
      long y = bReal ? 0 : FieldValue.integer(b, bAt, bType);
      if (!aReal && !bReal) {
        return Long.compare(x, y);
      }
      double xReal = aReal ? FieldValue.real(a, aAt) : 0;
      double yReal = bReal ? FieldValue.real(b, bAt) : 0;
      if (aReal && bReal) {
        return xReal < yReal ? -1 : xReal > yReal ? 1 : 0;
      }
      return aReal ? -compare(y, xReal) : compare(x, yReal);
    }
    int aLength = (int) SerialType.size(aType);
    int bLength = (int) SerialType.size(bType);
    Collation collation = rank == 2 ? fields.get(field).collation() : Collation.BINARY;
    return collation.compare(encoding, a, aAt, aLength, b, bAt, bLength);
  }

  /** Compares numbers, exactly also where the integer has more digits than a double can hold. */
  public static int compare(long x, double y) {
    if (y >= 0x1p63) {
      return -1;
    }
    if (y < -0x1p63) {
      return 1;
    }
    long whole = (long) y;
    if (x != whole) {
      return x < whole ? -1 : 1;
    }
    double rest = y - whole;
    return rest > 0 ? -1 : rest < 0 ? 1 : 0;
  }

  /** SQLite reads a REAL that is no number as NULL. */
  private static int rank(byte[] b, int at, long type) {
    return type == SerialType.REAL && Double.isNaN(FieldValue.real(b, at)) ? 0 : rank(type);
  }

  private static int rank(long type) {
    if (type == SerialType.NULL) {
      return 0;
    }
    return type < SerialType.BLOB ? 1 : SerialType.isText(type) ? 2 : 3;
  }
}
