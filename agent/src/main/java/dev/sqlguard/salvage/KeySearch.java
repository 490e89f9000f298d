package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.Map;

/** Looks for rows by their keys in trees that may lack some. */
final class KeySearch {
  enum Answer {
    FOUND,

    /** Not there, and its place is lost: there may have been such a row. */
    OPEN,

    /** Its place is whole, and there is no such row. */
    ABSENT
  }

  private final Pages pages;
  private final byte[] page;
  private final CellCursor cell;
  private final Map<Tree, SegmentCells> cells = new IdentityHashMap<>();
  private final Map<Tree, BitSet> gaps = new IdentityHashMap<>();

  KeySearch(Pages pages) {
    this.pages = pages;
    this.page = new byte[pages.geometry().pageSize()];
    this.cell = new CellCursor(pages.geometry());
  }

  /** The page of the row that was found. */
  byte[] page() {
    return page;
  }

  /** The row that was found. */
  CellCursor cell() {
    return cell;
  }

  Answer find(Tree tree, Bound key) throws IOException {
    if (!tree.order().isKnown()) {
      return Answer.OPEN;
    }
    int low = 0;
    int high = tree.segments().size() - 1;
    int segment = -1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (begins(tree, middle, key)) {
        segment = middle;
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    int[] found = {0};
    boolean[] beyond = new boolean[1];
    if (segment >= 0) {
      read(tree, segment);
      cellsOf(tree)
          .each(
              page,
              segment,
              each -> {
                int order = tree.order().compare(page, each, key);
                if (order == 0 && found[0] == 0) {
                  found[0] = each.start();
                }
                beyond[0] |= order > 0;
              });
    }
    if (found[0] > 0) {
      boolean leaf = tree.segments().isLeaf(segment);
      cell.parse(page, leaf ? tree.order().leafType() : tree.order().interiorType(), found[0]);
      return Answer.FOUND;
    }
    boolean open =
        segment >= 0 && tree.segments().isDamaged(segment)
            || !beyond[0] && gapsOf(tree).get(segment + 1);
    return open ? Answer.OPEN : Answer.ABSENT;
  }

  /** Whether a segment has a row at or below a key. */
  private boolean begins(Tree tree, int segment, Bound key) throws IOException {
    read(tree, segment);
    boolean[] below = new boolean[1];
    if (tree.segments().isLeaf(segment) && !tree.segments().isDamaged(segment)) {
      PageLayout layout =
          PageLayout.of(page, tree.segments().page(segment), tree.order().leafType());
      return layout.cells() > 0
          && cell.parse(page, layout.type(), layout.pointer(page, 0))
          && tree.order().compare(page, cell, key) <= 0;
    }
    cellsOf(tree)
        .each(page, segment, each -> below[0] |= tree.order().compare(page, each, key) <= 0);
    return below[0];
  }

  private void read(Tree tree, int segment) throws IOException {
    pages.read(tree.segments().page(segment), page);
  }

  private SegmentCells cellsOf(Tree tree) {
    return cells.computeIfAbsent(tree, each -> new SegmentCells(pages, each));
  }

  private BitSet gapsOf(Tree tree) {
    return gaps.computeIfAbsent(
        tree,
        each -> {
          BitSet before = new BitSet();
          for (Gap gap : each.gaps()) {
            before.set(gap.before());
          }
          return before;
        });
  }
}
