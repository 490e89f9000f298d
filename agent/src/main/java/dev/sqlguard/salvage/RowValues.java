package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.Arrays;

/** The values of a row as hashes, for asking whether one record's values all stand in another. */
final class RowValues {
  private final EntryHash hash;

  RowValues(Pages pages) {
    this.hash = new EntryHash(new Payloads(pages));
  }

  /**
   * @param rowids whether the cell has a rowid, which counts as a value too
   * @return sorted; null where they can't be read
   */
  long[] of(byte[] page, CellCursor cell, boolean rowids) throws IOException {
    if (!hash.read(page, cell, Integer.MAX_VALUE)) {
      return null;
    }
    int fields = hash.fields();
    long[] values = new long[fields + (rowids ? 1 : 0)];
    for (int i = 0; i < fields; i++) {
      values[i] = hash.value(i);
    }
    if (rowids) {
      values[fields] = EntryHash.integer(cell.rowid());
    }
    Arrays.sort(values);
    return values;
  }

  /** The last value of an index's entry, which is the rowid where the table has one. */
  long lastInteger(byte[] page, CellCursor cell) throws IOException {
    return hash.read(page, cell, Integer.MAX_VALUE) ? hash.lastInteger() : 0;
  }

  static boolean contains(long[] row, long[] entry) {
    for (long value : entry) {
      if (Arrays.binarySearch(row, value) < 0) {
        return false;
      }
    }
    return true;
  }
}
