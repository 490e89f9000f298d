package dev.sqlguard.format;

/**
 * How a database image is divided.
 *
 * @param pageSize in bytes, a power of two from 512 to 65536
 * @param usableSize the page size without the reserved bytes at the end of each page
 * @param pages how many there are
 */
public record Geometry(int pageSize, int usableSize, long pages) {
  /** The lock bytes stand here; the page that has them holds nothing (file format, section 1.4). */
  private static final long LOCK_BYTES_AT = 1L << 30;

  /** The page that is never used, where the image is large enough to have it. */
  public static long lockBytePage(int pageSize) {
    return LOCK_BYTES_AT / pageSize + 1;
  }

  /**
   * Whether {@code page} is a pointer map page, provided that the database is in one of the
   * auto-vacuum modes (file format, section 1.8).
   */
  public boolean isPointerMapPage(long page) {
    return page >= 2 && pointerMapPageOf(page) == page;
  }

  /** The pointer map page with the entry of {@code page}. */
  public long pointerMapPageOf(long page) {
    long group = usableSize / 5 + 1;
    long map = (page - 2) / group * group + 2;
    return map == lockBytePage(pageSize) ? map + 1 : map;
  }

  /** Where a page starts in the image, in bytes. */
  public long offset(long page) {
    return (page - 1) * pageSize;
  }

  /** The largest payload of a cell of a table's leaf that has no overflow page. */
  public int largestInTableLeaf() {
    return usableSize - 35;
  }

  /** The largest payload of an index's cell, leaf or interior, that has no overflow page. */
  public int largestInIndex() {
    return (usableSize - 12) * 64 / 255 - 23;
  }

  /**
   * How much of a payload stands in the cell itself (file format, section 1.6).
   *
   * @param largest {@link #largestInTableLeaf} or {@link #largestInIndex}
   */
  public int localSize(long payload, int largest) {
    if (payload <= largest) {
      return (int) payload;
    }
    int smallest = (usableSize - 12) * 32 / 255 - 23;
    int local = smallest + (int) ((payload - smallest) % (usableSize - 4));
    return local <= largest ? local : smallest;
  }
}
