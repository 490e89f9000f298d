package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.KeyOrder;

/** How the keys of a b-tree follow each other. Not for use by several threads at a time. */
abstract class TreeOrder {
  /** By rowid. */
  static final TreeOrder ROWID =
      new TreeOrder() {
        @Override
        boolean rowids() {
          return true;
        }

        @Override
        int compare(byte[] a, CellCursor left, byte[] b, CellCursor right) {
          return Long.compare(left.rowid(), right.rowid());
        }

        @Override
        int compare(byte[] page, CellCursor cell, Bound bound) {
          return Long.compare(cell.rowid(), bound.rowid());
        }

        @Override
        int compare(Bound a, Bound b) {
          return Long.compare(a.rowid(), b.rowid());
        }
      };

  /** By the fields of the record; {@code order} null: nothing is known of the order. */
  static TreeOrder byFields(KeyOrder order) {
    return new TreeOrder() {
      @Override
      boolean rowids() {
        return false;
      }

      @Override
      int compare(byte[] a, CellCursor left, byte[] b, CellCursor right) {
        return order == null
            ? -1
            : order.compare(
                a,
                left.payloadAt(),
                left.localSize(),
                left.payloadSize(),
                b,
                right.payloadAt(),
                right.localSize(),
                right.payloadSize());
      }

      @Override
      int compare(byte[] page, CellCursor cell, Bound bound) {
        return order == null
            ? 0
            : order.compare(
                page,
                cell.payloadAt(),
                cell.localSize(),
                cell.payloadSize(),
                bound.record(),
                0,
                bound.record().length,
                bound.size());
      }

      @Override
      int compare(Bound a, Bound b) {
        return order == null
            ? 0
            : order.compare(
                a.record(),
                0,
                a.record().length,
                a.size(),
                b.record(),
                0,
                b.record().length,
                b.size());
      }
    };
  }

  abstract boolean rowids();

  /** Below zero where {@code left} comes first; 0 also where that can't be told. */
  abstract int compare(byte[] a, CellCursor left, byte[] b, CellCursor right);

  abstract int compare(byte[] page, CellCursor cell, Bound bound);

  abstract int compare(Bound a, Bound b);

  /** Whether a cell may stand on a page with that range; what can't be told may. */
  final boolean contains(KeyRange range, byte[] page, CellCursor cell) {
    return (range.low() == null || isAbove(page, cell, range.low()))
        && (range.high() == null || compare(page, cell, range.high()) <= 0);
  }

  private boolean isAbove(byte[] page, CellCursor cell, Bound low) {
    int order = compare(page, cell, low);
    // A rowid is known exactly; of records 0 may only mean that it can't be told.
    return rowids() ? order > 0 : order >= 0;
  }

  final int leafType() {
    return rowids() ? BtreePage.LEAF_TABLE : BtreePage.LEAF_INDEX;
  }

  final int interiorType() {
    return rowids() ? BtreePage.INTERIOR_TABLE : BtreePage.INTERIOR_INDEX;
  }
}
