package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.RecordCursor;
import java.io.IOException;

/** Whether a cell is one of a given tree. */
final class CellCheck {
  private final Payloads payloads;
  private final TreeOrder order;
  private final TableShape shape;
  private final RecordCursor record = new RecordCursor();

  /**
   * @param shape of the rows; null for an index, whose entries only have to be records
   */
  CellCheck(Payloads payloads, TreeOrder order, TableShape shape) {
    this.payloads = payloads;
    this.order = order;
    this.shape = shape;
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
    return payloads.parse(page, cell, record) && (shape == null || shape.allows(record));
  }

  /** As {@link #isExact}, and SQLite would have let the row in. */
  boolean isAcceptable(byte[] page, CellCursor cell) throws IOException {
    return payloads.parse(page, cell, record) && (shape == null || shape.accepts(record));
  }
}
