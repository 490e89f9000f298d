package dev.sqlguard.format;

/**
 * What a record's header says of one value: its storage class and size (file format, section 2.1).
 */
public final class SerialType {
  public static final int NULL = 0;
  public static final int REAL = 7;
  public static final int ZERO = 8;
  public static final int ONE = 9;

  /** The smallest type of a BLOB; BLOBs are even. */
  public static final int BLOB = 12;

  /** The smallest type of a text; texts are odd. */
  public static final int TEXT = 13;

  private static final int INTEGERS = 0b11_0111_1110;

  private static final int[] SMALL = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};

  private static final byte[] ONE_BYTE_SIZES = new byte[128];

  static {
    for (int type = 0; type < ONE_BYTE_SIZES.length; type++) {
      ONE_BYTE_SIZES[type] = (byte) size(type);
    }
  }

  private SerialType() {}

  /**
   * {@link #size} of a type that takes one byte in a record's header, without a branch.
   *
   * @param type at least 0
   */
  static long oneByteSize(byte type) {
    return ONE_BYTE_SIZES[type];
  }

  /**
   * The size of the value in bytes.
   *
   * @return -1 for the reserved types 10 and 11 and for what is no type at all
   */
  public static long size(long type) {
    if (type >= BLOB) {
      return (type - BLOB) >> 1;
    }
    return type < 0 || type > ONE ? -1 : SMALL[(int) type];
  }

  public static boolean isInteger(long type) {
    return type >= 0 && type < Integer.SIZE && (INTEGERS >> (int) type & 1) == 1;
  }

  public static boolean isText(long type) {
    return type >= TEXT && (type & 1) == 1;
  }

  public static boolean isBlob(long type) {
    return type >= BLOB && (type & 1) == 0;
  }
}
