package dev.sqlguard.salvage.bench;

/**
 * Where a cell of a leaf, or of an interior page of an index, stands in the image (file format,
 * section 1.6).
 *
 * @param start of the cell
 * @param payload where its payload starts
 * @param size of the payload, in bytes
 * @param local how much of the payload stands in the cell
 */
public record Cell(int start, int payload, long size, int local) {
  public static Cell at(DatabaseImage image, int start, int pageType) {
    int[] at = {start + (pageType == PageMap.INTERIOR_INDEX ? 4 : 0)};
    long size = varint(image, at);
    boolean table = pageType == PageMap.LEAF_TABLE;
    if (table) {
      varint(image, at);
    }
    int usable = image.usableSize();
    int largest = table ? usable - 35 : (usable - 12) * 64 / 255 - 23;
    int local = (int) size;
    if (size > largest) {
      int smallest = (usable - 12) * 32 / 255 - 23;
      local = smallest + (int) ((size - smallest) % (usable - 4));
      if (local > largest) {
        local = smallest;
      }
    }
    return new Cell(start, at[0], size, local);
  }

  public boolean overflows() {
    return size > local;
  }

  /** Where the cell ends, the number of its first overflow page included. */
  public int end() {
    return payload + local + (overflows() ? 4 : 0);
  }

  public int firstOverflowPage(DatabaseImage image) {
    return overflows() ? image.u32(payload + local) : 0;
  }

  /** Reads the varint at {@code at[0]} and moves behind it. */
  static long varint(DatabaseImage image, int[] at) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      int b = image.u8(at[0]++);
      value = value << 7 | b & 0x7f;
      if (b < 0x80) {
        return value;
      }
    }
    return value << 8 | image.u8(at[0]++);
  }
}
