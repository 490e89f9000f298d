package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.KeyOrder;

/** How the keys of a b-tree follow each other. Not for use by several threads at a time. */
abstract class TreeOrder {
  /** By rowid. */
  static TreeOrder byRowid() {
    return new TreeOrder() {
      @Override
      boolean rowids() {
        return true;
      }

      @Override
      boolean isKnown() {
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
  }

  /** By the fields of the record; {@code order} null: nothing is known of the order. */
  static TreeOrder byFields(KeyOrder order) {
    return new TreeOrder() {
      @Override
      boolean rowids() {
        return false;
      }

      @Override
      boolean isKnown() {
        return order != null;
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

  /** Whether anything is known of the order. */
  abstract boolean isKnown();

  /** Below zero where {@code left} comes first; 0 also where that can't be told. */
  abstract int compare(byte[] a, CellCursor left, byte[] b, CellCursor right);

  abstract int compare(byte[] page, CellCursor cell, Bound bound);

  abstract int compare(Bound a, Bound b);

  /** Whether a cell may stand on a page with that range; what can't be told may. */
  final boolean contains(KeyRange range, byte[] page, CellCursor cell) {
    if (!isKnown()) {
      return true;
    }
    if (range.low() != null) {
      int order = compare(page, cell, range.low());
      if (order < 0 || order == 0 && isTold(cell, range.low())) {
        return false;
      }
    }
    if (range.high() != null) {
      int order = compare(page, cell, range.high());
      // The separator of an index is an entry of its own; that of a table is a leaf's last rowid.
      return order < 0 || order == 0 && (rowids() || !isTold(cell, range.high()));
    }
    return true;
  }

  /** As {@link #compare}, but what can't be told counts as in order. */
  final int compareBelievingly(byte[] a, CellCursor left, byte[] b, CellCursor right) {
    int order = compare(a, left, b, right);
    return order == 0 && !isSame(a, left, b, right) ? -1 : order;
  }

  /** Whether two cells of different places have the same key for certain. */
  final boolean isSame(byte[] a, CellCursor left, byte[] b, CellCursor right) {
    return isKnown()
        && compare(a, left, b, right) == 0
        && (rowids() || isWhole(left) && isWhole(right));
  }

  private boolean isTold(CellCursor cell, Bound bound) {
    return rowids() || isWhole(cell) && bound.record().length == bound.size();
  }

  private static boolean isWhole(CellCursor cell) {
    return cell.localSize() == cell.payloadSize();
  }

  final int leafType() {
    return rowids() ? BtreePage.LEAF_TABLE : BtreePage.LEAF_INDEX;
  }

  final int interiorType() {
    return rowids() ? BtreePage.INTERIOR_TABLE : BtreePage.INTERIOR_INDEX;
  }
}
