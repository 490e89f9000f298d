package dev.sqlguard.format;

import java.io.IOException;

/** A yardstick for how much two images hold where a schema can't be read. */
public final class LeafCells {
  private LeafCells() {}

  /**
   * How many cells stand on plausible leaf pages of tables, free pages included, the schema's first
   * page left out. Means something only in comparison with another image.
   */
  public static long count(ByteSource image, int pageSize) throws IOException {
    long pages = image.size() / pageSize;
    byte[] page = new byte[pageSize];
    long cells = 0;
    for (long number = 2; number <= pages; number++) {
      if (image.read((number - 1) * pageSize, page, 0, pageSize) < pageSize) {
        break;
      }
      if (BtreePage.type(page) == BtreePage.LEAF_TABLE && BtreePage.isPlausible(page, 0, pages)) {
        cells += BtreePage.cells(page);
      }
    }
    return cells;
  }
}
