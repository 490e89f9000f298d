package dev.sqlguard.format;

/** The header of a b-tree page (file format, section 1.6). */
public final class BtreePage {
  public static final int INTERIOR_INDEX = 2;
  public static final int INTERIOR_TABLE = 5;
  public static final int LEAF_INDEX = 10;
  public static final int LEAF_TABLE = 13;

  /** In bytes. */
  public static final int INTERIOR_HEADER = 12;

  /** In bytes. */
  public static final int LEAF_HEADER = 8;

  private static final int MOST_FRAGMENTED = 60;

  private BtreePage() {}

  /**
   * Whether these bytes are a page after the first with at least one cell, whose every pointer is
   * plausible.
   *
   * @param pages in the image
   */
  static boolean isPlausible(byte[] page, long pages) {
    int type = BigEndian.u8(page, 0);
    boolean interior = type == INTERIOR_INDEX || type == INTERIOR_TABLE;
    if (!interior && type != LEAF_INDEX && type != LEAF_TABLE) {
      return false;
    }
    int headerSize = interior ? INTERIOR_HEADER : LEAF_HEADER;
    int cells = cells(page);
    int rawContent = BigEndian.u16(page, 5);
    int content = rawContent == 0 ? 65536 : rawContent;
    if (cells == 0 || headerSize + 2 * cells > content || content >= page.length) {
      return false;
    }
    if (BigEndian.u16(page, 1) >= page.length || BigEndian.u8(page, 7) > MOST_FRAGMENTED) {
      return false;
    }
    if (interior) {
      long rightMost = BigEndian.u32(page, 8);
      if (rightMost < 2 || rightMost > pages) {
        return false;
      }
    }
    for (int i = 0; i < cells; i++) {
      int cell = BigEndian.u16(page, headerSize + 2 * i);
      if (cell < content || cell >= page.length) {
        return false;
      }
    }
    return true;
  }

  static int type(byte[] page) {
    return BigEndian.u8(page, 0);
  }

  static int cells(byte[] page) {
    return BigEndian.u16(page, 3);
  }
}
