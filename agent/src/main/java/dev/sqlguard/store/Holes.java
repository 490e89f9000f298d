package dev.sqlguard.store;

import java.util.Arrays;

/**
 * Blocks of zeros, which a file need not have to read as if it had them. Most blocks of a database
 * differ from them in their first bytes, so that looking costs next to nothing.
 */
final class Holes {
  /** What file systems give and take, in bytes. */
  static final int BLOCK = 4096;

  private static final byte[] ZEROS = new byte[BLOCK];

  private Holes() {}

  /**
   * How many of the bytes are to be written from {@code offset} on, up to the next block of zeros.
   *
   * @param position of the first one in the file
   */
  static int content(long position, byte[] bytes, int offset, int length) {
    int done = 0;
    while (done < length) {
      int block = block(position + done, length - done);
      if (isZero(bytes, offset + done, block)) {
        break;
      }
      done += block;
    }
    return done;
  }

  /** How many of the bytes are zeros of whole blocks, or of what is there of one. */
  static int zeros(long position, byte[] bytes, int offset, int length) {
    int done = 0;
    while (done < length) {
      int block = block(position + done, length - done);
      if (!isZero(bytes, offset + done, block)) {
        break;
      }
      done += block;
    }
    return done;
  }

  /** Up to the end of the block that {@code position} lies in. */
  private static int block(long position, int most) {
    return (int) Math.min(most, BLOCK - position % BLOCK);
  }

  private static boolean isZero(byte[] bytes, int from, int length) {
    return bytes[from] == 0 && Arrays.equals(bytes, from, from + length, ZEROS, 0, length);
  }
}
