package dev.sqlguard.format;

/** The byte order of everything in a database file. */
public final class BigEndian {
  /** What has to stand behind a record in its array, so that {@link #u64} reads its last byte. */
  public static final int PADDING = Long.BYTES;

  private BigEndian() {}

  public static int u8(byte[] b, int at) {
    return b[at] & 0xff;
  }

  public static int u16(byte[] b, int at) {
    return u8(b, at) << 8 | u8(b, at + 1);
  }

  public static long u32(byte[] b, int at) {
    return (long) u16(b, at) << 16 | u16(b, at + 2);
  }

  /**
   * Eight bytes as they stand. In one piece, since it is for loops that run before the JVM has
   * compiled anything.
   */
  public static long u64(byte[] b, int at) {
    return (long) b[at] << 56
        | (b[at + 1] & 0xffL) << 48
        | (b[at + 2] & 0xffL) << 40
        | (b[at + 3] & 0xffL) << 32
        | (b[at + 4] & 0xffL) << 24
        | (b[at + 5] & 0xff) << 16
        | (b[at + 6] & 0xff) << 8
        | b[at + 7] & 0xff;
  }
}
