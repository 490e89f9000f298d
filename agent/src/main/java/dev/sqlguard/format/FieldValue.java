package dev.sqlguard.format;

/** The numbers in a record's body (file format, section 2.1). */
public final class FieldValue {
  private FieldValue() {}

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
