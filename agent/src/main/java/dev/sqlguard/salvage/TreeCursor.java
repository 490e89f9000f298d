package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.Arrays;

/** Goes through the rows of an intact tree, from any key on. */
final class TreeCursor {
  private final Pages pages;
  private final Tree tree;
  private final byte[] page;
  private final CellCursor cell;
  private int segment = -1;
  private int[] starts = new int[64];
  private int count;
  private int next;

  TreeCursor(Pages pages, Tree tree) {
    this.pages = pages;
    this.tree = tree;
    this.page = new byte[pages.geometry().pageSize()];
    this.cell = new CellCursor(pages.geometry());
  }

  /** The page of the current row. */
  byte[] page() {
    return page;
  }

  /** The current row. */
  CellCursor cell() {
    return cell;
  }

  /**
   * Moves to the first row above {@code low}, to the very first where that is null.
   *
   * @return false where there is none
   */
  boolean seek(Bound low) throws IOException {
    int from = 0;
    int to = tree.segments().size() - 1;
    int found = 0;
    while (low != null && from <= to) {
      int middle = (from + to) >>> 1;
      load(middle);
      if (next() && tree.order().compare(page, cell, low) <= 0) {
        found = middle;
        from = middle + 1;
      } else {
        to = middle - 1;
      }
    }
    segment = found - 1;
    count = 0;
    next = 0;
    while (next()) {
      if (low == null || tree.order().compare(page, cell, low) > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Moves to the row with the key of another one.
   *
   * @return false where there is none
   */
  boolean find(byte[] otherPage, CellCursor other) throws IOException {
    int from = 0;
    int to = tree.segments().size() - 1;
    int found = 0;
    while (from <= to) {
      int middle = (from + to) >>> 1;
      load(middle);
      if (next() && tree.order().compare(page, cell, otherPage, other) <= 0) {
        found = middle;
        from = middle + 1;
      } else {
        to = middle - 1;
      }
    }
    segment = found - 1;
    count = 0;
    next = 0;
    while (next()) {
      int order = tree.order().compare(page, cell, otherPage, other);
      if (order >= 0) {
        return order == 0;
      }
    }
    return false;
  }

  /** Moves to the next row. */
  boolean next() throws IOException {
    while (next == count) {
      if (segment + 1 >= tree.segments().size()) {
        return false;
      }
      load(segment + 1);
    }
    boolean leaf = tree.segments().isLeaf(segment);
    int type = leaf ? tree.order().leafType() : tree.order().interiorType();
    return cell.parse(page, type, starts[next++]);
  }

  private void load(int number) throws IOException {
    segment = number;
    count = 0;
    next = 0;
    pages.read(tree.segments().page(number), page);
    new SegmentCells(pages, tree)
        .each(
            page,
            number,
            each -> {
              if (count == starts.length) {
                starts = Arrays.copyOf(starts, 2 * count);
              }
              starts[count++] = each.start();
            });
  }
}
