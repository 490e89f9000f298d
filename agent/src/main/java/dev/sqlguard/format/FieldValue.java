package dev.sqlguard.format;

/** The numbers in a record's body (file format, section 2.1). */
public final class FieldValue {
  /** For each type of an integer: by how much its first eight bytes are too many, */
  private static final int[] UNUSED_BITS = {0, 56, 48, 40, 32, 16, 0, 0, 0, 0};

  /** whether they count at all, */
  private static final long[] STORED = {0, -1, -1, -1, -1, -1, -1, 0, 0, 0};

  /** and what the value is otherwise. */
  private static final long[] IMPLIED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

  private FieldValue() {}

  /**
   * An integer, without a branch.
   *
   * @param b with {@link BigEndian#PADDING} behind the record
   * @param type of an integer
   */
  public static long whole(byte[] b, int at, long type) {
    int i = (int) type;
    return BigEndian.u64(b, at) >> UNUSED_BITS[i] & STORED[i] | IMPLIED[i];
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
