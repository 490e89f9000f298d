package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.format.TextEncoding;
import java.io.IOException;

/**
 * The encoding of an image that has lost its header and its schema, from the texts in its rows: in
 * UTF-16 every other byte of most texts is zero.
 */
final class EncodingFinder {
  private static final int SAMPLE = 500;

  private final Pages pages;

  /** Zero bytes at even and at odd places of texts. */
  private final long[] zeros = new long[2];

  private long bytes;

  EncodingFinder(Pages pages) {
    this.pages = pages;
  }

  TextEncoding find() throws IOException {
    Geometry geometry = pages.geometry();
    byte[] page = new byte[geometry.pageSize()];
    CellCursor cell = new CellCursor(geometry);
    RecordCursor record = new RecordCursor();
    int step = Math.max(1, pages.count() / SAMPLE);
    for (int number = 2; number <= pages.count(); number += step) {
      if (!pages.read(number, page) || page[0] != BtreePage.LEAF_TABLE) {
        continue;
      }
      PageLayout layout = PageLayout.of(page, number, page[0]);
      int n = layout.possibleCells(geometry);
      for (int i = 0; i < n; i++) {
        if (cell.parse(page, page[0], layout.pointer(page, i))
            && record.parse(page, cell.payloadAt(), cell.localSize(), cell.payloadSize())
                == RecordCursor.Result.EXACT) {
          count(page, cell, record);
        }
      }
    }
    if (zeros[1] * 4 > bytes && zeros[1] > zeros[0]) {
      return TextEncoding.UTF_16LE;
    }
    return zeros[0] * 4 > bytes ? TextEncoding.UTF_16BE : TextEncoding.UTF_8;
  }

  private void count(byte[] page, CellCursor cell, RecordCursor record) {
    for (int field = 0; field < record.fields(); field++) {
      long size = SerialType.size(record.type(field));
      if (!SerialType.isText(record.type(field))
          || record.offset(field) + size > cell.localSize()) {
        continue;
      }
      int from = cell.payloadAt() + (int) record.offset(field);
      for (int i = 0; i < size; i++) {
        zeros[i & 1] += page[from + i] == 0 ? 1 : 0;
      }
      bytes += size;
    }
  }
}
