package dev.sqlguard.format;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * What an image says, as the sum of the hashes of its pages, each with its number: pages may come
 * in any order, and from several threads as sums of their own. A page's hash is made of its two
 * CRCs, which every JVM computes at the speed of memory, even before it has compiled anything.
 *
 * <p>Left out are the bytes that change without the content changing: the format versions (18–19,
 * the journal mode), the change counter (24–27), version-valid-for and the library version (92–99).
 * Pages that hold nothing, those of the freelist and the one with the lock bytes, aren't to be
 * added.
 */
public final class PageSum {
  private static final long FIRST_FACTOR = 0xD6E8FEB86659FD93L;
  private static final long SECOND_FACTOR = 0xA0761D6478BD642FL;

  private final CRC32 crc32 = new CRC32();
  private final CRC32C crc32c = new CRC32C();
  private long pages;
  private long first;
  private long second;

  /**
   * Adds a page.
   *
   * @param length of the page in bytes, at least the header's for the first
   */
  public void add(long number, byte[] page, int at, int length) {
    byte[] bytes = number == 1 ? lasting(page, at, length) : page;
    int from = number == 1 ? 0 : at;
    crc32.reset();
    crc32.update(bytes, from, length);
    crc32c.reset();
    crc32c.update(bytes, from, length);
    long crcs = crc32.getValue() << 32 | crc32c.getValue();
    pages++;
    first += Mixing.fold(Mixing.fold(crcs, FIRST_FACTOR) ^ number, SECOND_FACTOR);
    second += Mixing.fold(Mixing.fold(~crcs, SECOND_FACTOR) + number, FIRST_FACTOR);
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

  private static byte[] lasting(byte[] page, int at, int length) {
    byte[] lasting = Arrays.copyOfRange(page, at, at + length);
    Arrays.fill(lasting, 18, 20, (byte) 0);
    Arrays.fill(lasting, 24, 28, (byte) 0);
    Arrays.fill(lasting, 92, 100, (byte) 0);
    return lasting;
  }
}
