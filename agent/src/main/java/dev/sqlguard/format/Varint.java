package dev.sqlguard.format;

/**
 * Variable-length integers: one to nine bytes, big-endian, seven bits a byte except the ninth,
 * which has eight (file format, section 1.6). No method reads beyond {@code end}.
 */
public final class Varint {
  /** In bytes. */
  public static final int LONGEST = 9;

  private Varint() {}

  /**
   * How many bytes the varint at {@code at} has.
   *
   * @return 0 where it doesn't end before {@code end}
   */
  public static int length(byte[] b, int at, int end) {
    int longest = Math.min(LONGEST, end - at);
    for (int i = 0; i < longest; i++) {
      if (b[at + i] >= 0 || i == LONGEST - 1) {
        return i + 1;
      }
    }
    return 0;
  }

  /** The value of a varint of {@code length} bytes, as {@link #length} gave it. */
  public static long value(byte[] b, int at, int length) {
    if (length == 1) {
      return b[at];
    }
    long value = 0;
    int groups = Math.min(length, LONGEST - 1);
    for (int i = 0; i < groups; i++) {
      value = value << 7 | b[at + i] & 0x7f;
    }
    return length == LONGEST ? value << 8 | b[at + LONGEST - 1] & 0xff : value;
  }

  /** How many bytes {@code value} takes. */
  public static int size(long value) {
    if (value < 0 || value >= 1L << 56) {
      return LONGEST;
    }
    int size = 1;
    while (value >= 0x80) {
      value >>>= 7;
      size++;
    }
    return size;
  }

  /**
   * Writes {@code value} at {@code at}.
   *
   * @return the position after it
   */
  public static int put(byte[] b, int at, long value) {
    int size = size(value);
    int last = at + size - 1;
    if (size == LONGEST) {
      b[last--] = (byte) value;
      value >>>= 8;
    }
    for (int i = last; i >= at; i--) {
      b[i] = (byte) (value & 0x7f | (i == at + size - 1 ? 0 : 0x80));
      value >>>= 7;
    }
    return at + size;
  }
}
