package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import java.io.IOException;

/** The cells of a tree, segment by segment, in the order of their keys. */
final class SegmentCells {
  /** What is done with one cell; it is good until this returns. */
  @FunctionalInterface
  interface Action {
    void at(CellCursor cell) throws IOException;
  }

  private final Tree tree;
  private final LeafSurgery surgery;
  private final CellCursor cell;
  private LeafSurgery.Result result;

  SegmentCells(Pages pages, Tree tree) {
    this.tree = tree;
    this.surgery = new LeafSurgery(pages.geometry(), tree.check());
    this.cell = new CellCursor(pages.geometry());
  }

  /**
   * Every cell of a segment that is a row of its page.
   *
   * @param page the bytes of the segment's page
   */
  void each(byte[] page, int segment, Action action) throws IOException {
    Segments segments = tree.segments();
    int number = segments.page(segment);
    result = null;
    if (!segments.isLeaf(segment)) {
      PageLayout layout = PageLayout.of(page, number, tree.order().interiorType());
      if (cell.parse(page, layout.type(), layout.pointer(page, segments.cell(segment)))) {
        action.at(cell);
      }
    } else if (segments.isDamaged(segment)) {
      int type = tree.order().leafType();
      result = surgery.operate(page, number, type, segments.range(segment));
      for (LeafSurgery.Cell each : result.kept()) {
        cell.parse(page, type, each.start());
        action.at(cell);
      }
    } else {
      PageLayout layout = PageLayout.of(page, number, tree.order().leafType());
      int n = layout.cells();
      for (int i = 0; i < n; i++) {
        cell.parse(page, layout.type(), layout.pointer(page, i));
        action.at(cell);
      }
    }
  }

  /** Of the last segment, where it was damaged; else null. */
  LeafSurgery.Result result() {
    return result;
  }
}
