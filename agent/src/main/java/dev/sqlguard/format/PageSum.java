package dev.sqlguard.format;

import java.nio.ByteBuffer;

/**
 * What an image says, as the sum of the hashes of its pages, each with its number: pages may come
 * in any order, and from several threads as sums of their own. 128 bits.
 *
 * <p>Left out are the bytes that change without the content changing: the format versions (18–19,
 * the journal mode), the change counter (24–27), version-valid-for and the library version (92–99).
 * Pages that hold nothing, those of the freelist and the one with the lock bytes, aren't to be
 * added.
 */
public final class PageSum {
  private static final long FIRST_SEED = 0x9E3779B97F4A7C15L;
  private static final long SECOND_SEED = 0xC2B2AE3D27D4EB4FL;
  private static final long FIRST_FACTOR = 0xD6E8FEB86659FD93L;
  private static final long SECOND_FACTOR = 0xA0761D6478BD642FL;

  private long pages;
  private long first;
  private long second;

  /**
   * Adds a page.
   *
   * @param length of the page in bytes, a multiple of 8 that is at least the header's for the first
   */
  public void add(long number, byte[] page, int at, int length) {
    ByteBuffer words = ByteBuffer.wrap(page);
    long a = FIRST_SEED ^ number;
    long b = SECOND_SEED + number;
    int from = at;
    if (number == 1) {
      for (; from < at + ((DatabaseHeader.SIZE + 7) & -8); from += Long.BYTES) {
        long word = words.getLong(from) & lasting(from - at);
        a = Mixing.fold(a ^ word, FIRST_FACTOR) + SECOND_SEED;
        b = Mixing.fold(b + word, SECOND_FACTOR) ^ FIRST_SEED;
      }
    }
    for (; from < at + length; from += Long.BYTES) {
      long word = words.getLong(from);
      a = Mixing.fold(a ^ word, FIRST_FACTOR) + SECOND_SEED;
      b = Mixing.fold(b + word, SECOND_FACTOR) ^ FIRST_SEED;
    }
    pages++;
    first += a;
    second += b;
  }

  public void add(PageSum other) {
    pages += other.pages;
    first += other.first;
    second += other.second;
  }

  /** In hexadecimal. */
  public String text() {
    return Long.toHexString(pages) + '-' + Long.toHexString(first) + '-' + Long.toHexString(second);
  }

  /** Which bits of the header's word at {@code at} count. */
  private static long lasting(int at) {
    return switch (at) {
      case 16 -> 0xffff0000ffffffffL;
      case 24 -> 0x00000000ffffffffL;
      case 88 -> 0xffffffff00000000L;
      case 96 -> 0x00000000ffffffffL;
      default -> -1L;
    };
  }
}
