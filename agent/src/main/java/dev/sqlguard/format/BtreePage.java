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

  private static final int INTERIOR_TYPES = 1 << INTERIOR_INDEX | 1 << INTERIOR_TABLE;

  private static final int TYPES = INTERIOR_TYPES | 1 << LEAF_INDEX | 1 << LEAF_TABLE;

  private static final int MOST_FRAGMENTED = 60;

  private BtreePage() {}

  /**
   * Whether these bytes are a page with at least one cell, whose every pointer is plausible.
   *
   * @param start of the b-tree page's header: 100 on the first page, else 0
   * @param pages in the image
   */
  static boolean isPlausible(byte[] page, int start, long pages) {
    int type = BigEndian.u8(page, start);
    boolean interior = type == INTERIOR_INDEX || type == INTERIOR_TABLE;
    if (!interior && type != LEAF_INDEX && type != LEAF_TABLE) {
      return false;
    }
    int pointers = start + (interior ? INTERIOR_HEADER : LEAF_HEADER);
    int cells = BigEndian.u16(page, start + 3);
    int content = contentStart(page, start);
    if (cells == 0 || pointers + 2 * cells > content || content >= page.length) {
      return false;
    }
    if (BigEndian.u16(page, start + 1) >= page.length
        || BigEndian.u8(page, start + 7) > MOST_FRAGMENTED) {
      return false;
    }
    if (interior) {
      long rightMost = BigEndian.u32(page, start + 8);
      if (rightMost < 2 || rightMost > pages) {
        return false;
      }
    }
    for (int i = 0; i < cells; i++) {
      int cell = BigEndian.u16(page, pointers + 2 * i);
      if (cell < content || cell >= page.length) {
        return false;
      }
    }
    return true;
  }

  /** Whether this is one of the four types. */
  public static boolean isType(int type) {
    return type < Integer.SIZE && (TYPES >> type & 1) == 1;
  }

  public static boolean isInterior(int type) {
    return type < Integer.SIZE && (INTERIOR_TYPES >> type & 1) == 1;
  }

  /** Where the b-tree header of a page begins: behind the database header on the first page. */
  public static int headerAt(long page) {
    return page == 1 ? DatabaseHeader.SIZE : 0;
  }

  /** In bytes. */
  public static int headerSize(int type) {
    return isInterior(type) ? INTERIOR_HEADER : LEAF_HEADER;
  }

  /** Whether these bytes are a leaf without a cell, such as the only page of an empty table. */
  static boolean isEmptyLeaf(byte[] page) {
    int type = type(page);
    return (type == LEAF_INDEX || type == LEAF_TABLE)
        && cells(page) == 0
        && BigEndian.u16(page, 1) == 0
        && BigEndian.u8(page, 7) == 0
        && contentStart(page, 0) <= page.length
        && contentStart(page, 0) > page.length - 256;
  }

  private static int contentStart(byte[] page, int start) {
    int raw = BigEndian.u16(page, start + 5);
    return raw == 0 ? 65536 : raw;
  }

  static int type(byte[] page) {
    return BigEndian.u8(page, 0);
  }

  static int cells(byte[] page) {
    return BigEndian.u16(page, 3);
  }
}
