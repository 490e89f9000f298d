package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import java.util.Arrays;

/**
 * One key that separates pages.
 *
 * @param rowid in a table with rowids
 * @param record in other trees what stands on the page of the separating record
 * @param size of that record in all
 */
record Bound(long rowid, byte[] record, long size) {
  static Bound of(byte[] page, CellCursor cell, boolean rowids) {
    if (rowids) {
      return new Bound(cell.rowid(), null, 0);
    }
    int at = cell.payloadAt();
    return new Bound(0, Arrays.copyOfRange(page, at, at + cell.localSize()), cell.payloadSize());
  }

  static Bound ofRowid(long rowid) {
    return new Bound(rowid, null, 0);
  }
}
