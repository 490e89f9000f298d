package dev.sqlguard.format;

/** The numbers in a record's body (file format, section 2.1). */
public final class FieldValue {
  private static final int[] UNUSED_BITS = {0, 56, 48, 40, 32, 16, 0};

  private FieldValue() {}

  /** Whether a value of this type is an integer whose bytes stand in the record. */
  public static boolean isWhole(long type) {
    return type >= 1 && type < SerialType.REAL;
  }

  /**
   * An integer whose bytes stand in the record, without a branch.
   *
   * @param b with {@link BigEndian#PADDING} behind the record
   */
  public static long whole(byte[] b, int at, long type) {
    return BigEndian.u64(b, at) >> UNUSED_BITS[(int) type];
  }

  /** Of an integer type; the bytes must be there. */
  public static long integer(byte[] b, int at, long type) {
    switch ((int) type) {
      case 1:
        return b[at];
      case 2:
        return (short) BigEndian.u16(b, at);
      case 3:
        return (long) b[at] << 16 | BigEndian.u16(b, at + 1);
      case 4:
        return (int) BigEndian.u32(b, at);
      case 5:
        return (long) (short) BigEndian.u16(b, at) << 32 | BigEndian.u32(b, at + 2);
      case 6:
        return BigEndian.u32(b, at) << 32 | BigEndian.u32(b, at + 4);
      case SerialType.ONE:
        return 1;
      default:
        return 0;
    }
  }

  /** Of {@link SerialType#REAL}; the bytes must be there. */
  public static double real(byte[] b, int at) {
    return Double.longBitsToDouble(BigEndian.u32(b, at) << 32 | BigEndian.u32(b, at + 4));
  }
}
