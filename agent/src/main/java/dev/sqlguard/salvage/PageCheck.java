package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import java.io.IOException;

/**
 * The fast look at a page of a tree that is most likely intact: every cell a whole record, keys in
 * order and within the parent's separators, every byte of the content area accounted for.
 */
final class PageCheck {
  private final Geometry geometry;
  private final CellCheck check;
  private CellCursor current;
  private CellCursor previous;
  private boolean overflows;

  PageCheck(Geometry geometry, CellCheck check) {
    this.geometry = geometry;
    this.check = check;
    this.current = new CellCursor(geometry);
    this.previous = new CellCursor(geometry);
  }

  /** Whether a leaf, or an index's interior page, has nothing wrong with it. */
  boolean isClean(byte[] page, PageLayout layout, KeyRange range) throws IOException {
    int n = layout.cells();
    if (layout.endOfPointers() > layout.content() || layout.content() > geometry.usableSize()) {
      return false;
    }
    int used = layout.freeBytes(page, geometry);
    if (used < 0) {
      return false;
    }
    TreeOrder order = check.order();
    overflows = false;
    boolean records = layout.type() != BtreePage.INTERIOR_TABLE;
    for (int i = 0; i < n; i++) {
      int at = layout.pointer(page, i);
      if (at < layout.content() || !current.parse(page, layout.type(), at)) {
        return false;
      }
      if (records && !check.isExact(page, current)) {
        return false;
      }
      if (i == 0 || i == n - 1) {
        if (!order.contains(range, page, current)) {
          return false;
        }
      }
      if (i > 0 && !follows(page, order)) {
        return false;
      }
      overflows |= current.overflows();
      used += current.end() - current.start();
      swap();
    }
    return layout.content() + used == geometry.usableSize();
  }

  /** Whether a cell of the page that was looked at last goes on in overflow pages. */
  boolean overflows() {
    return overflows;
  }

  private boolean follows(byte[] page, TreeOrder order) {
    int comparison = order.compare(page, previous, page, current);
    return order.rowids() ? comparison < 0 : comparison <= 0;
  }

  private void swap() {
    CellCursor last = previous;
    previous = current;
    current = last;
  }
}
