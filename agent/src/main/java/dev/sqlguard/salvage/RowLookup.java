package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.Arrays;

/** Looks rows up in the trees that were found. */
final class RowLookup {
  private final Pages pages;
  private final byte[] page;
  private final CellCursor first;

  RowLookup(Pages pages) {
    this.pages = pages;
    this.page = new byte[pages.geometry().pageSize()];
    this.first = new CellCursor(pages.geometry());
  }

  /** Whether a tree has this very row. */
  boolean has(Tree tree, byte[] bytes, CellCursor row) throws IOException {
    int segment = segmentOf(tree, row.rowid());
    if (segment < 0) {
      return false;
    }
    pages.read(tree.segments().page(segment), page);
    boolean[] same = new boolean[1];
    new SegmentCells(pages, tree)
        .each(
            page,
            segment,
            cell -> same[0] |= cell.rowid() == row.rowid() && isSame(bytes, row, cell));
    return same[0];
  }

  /** What stands in overflow pages is told by the pointer to the first. */
  private boolean isSame(byte[] bytes, CellCursor row, CellCursor cell) {
    return row.payloadSize() == cell.payloadSize()
        && row.overflowPage() == cell.overflowPage()
        && Arrays.equals(
            bytes,
            row.payloadAt(),
            row.payloadAt() + row.localSize(),
            page,
            cell.payloadAt(),
            cell.payloadAt() + cell.localSize());
  }

  /** The last segment that begins at or below a rowid; -1 where there is none. */
  private int segmentOf(Tree tree, long rowid) throws IOException {
    int low = 0;
    int high = tree.segments().size() - 1;
    int found = -1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (firstRowid(tree, middle) <= rowid) {
        found = middle;
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return found;
  }

  private long firstRowid(Tree tree, int segment) throws IOException {
    int number = tree.segments().page(segment);
    pages.read(number, page);
    PageLayout layout = PageLayout.of(page, number, tree.order().leafType());
    if (tree.segments().isDamaged(segment)) {
      long[] smallest = {Long.MAX_VALUE};
      new SegmentCells(pages, tree)
          .each(page, segment, cell -> smallest[0] = Math.min(smallest[0], cell.rowid()));
      return smallest[0];
    }
    boolean parsed =
        layout.cells() > 0 && first.parse(page, layout.type(), layout.pointer(page, 0));
    return parsed ? first.rowid() : Long.MIN_VALUE;
  }
}
