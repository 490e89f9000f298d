package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Whether a cell is one of a given tree. */
final class CellCheck {
  private final Payloads payloads;
  private final TreeOrder order;
  private final TableShape shape;
  private final RecordCursor record = new RecordCursor();

  /** Pairs of fields that are the same column, which a key may have in two collations. */
  private final List<int[]> copies = new ArrayList<>();

  /**
   * @param shape of the rows; null for an index, whose entries only have to be records
   */
  CellCheck(Payloads payloads, TreeOrder order, TableShape shape) {
    this.payloads = payloads;
    this.order = order;
    this.shape = shape;
    for (int i = 0; shape != null && shape.withoutRowid() && i < shape.stored().size(); i++) {
      for (int j = 0; j < Math.min(i, shape.key().size()); j++) {
        if (shape.stored().get(i).name().equals(shape.stored().get(j).name())) {
          copies.add(new int[] {j, i});
        }
      }
    }
  }

  TreeOrder order() {
    return order;
  }

  TableShape shape() {
    return shape;
  }

  /** The record of the last cell that was looked at. */
  RecordCursor record() {
    return record;
  }

  boolean isExact(byte[] page, CellCursor cell) throws IOException {
    return payloads.parse(page, cell, record)
        && (shape == null || shape.allows(record))
        && (copies.isEmpty() || haveSameValue(page, cell));
  }

  private boolean haveSameValue(byte[] page, CellCursor cell) {
    for (int[] pair : copies) {
      int first = pair[0];
      int second = pair[1];
      if (second >= record.fields() || record.type(first) != record.type(second)) {
        return false;
      }
      int size = (int) SerialType.size(record.type(first));
      boolean here = record.offset(first) + size <= cell.localSize();
      if (here && record.offset(second) + size <= cell.localSize()) {
        int a = cell.payloadAt() + (int) record.offset(first);
        int b = cell.payloadAt() + (int) record.offset(second);
        if (!Arrays.equals(page, a, a + size, page, b, b + size)) {
          return false;
        }
      }
    }
    return true;
  }

  /** As {@link #isExact}, and SQLite would have let the row in. */
  boolean isAcceptable(byte[] page, CellCursor cell) throws IOException {
    return payloads.parse(page, cell, record) && (shape == null || shape.accepts(record));
  }
}
