package dev.sqlguard.salvage;

import java.io.IOException;

/** The gaps of trees, with the keys that stand on both sides of them. */
final class HoleFinder {
  private final Pages pages;
  private final byte[] page;

  HoleFinder(Pages pages) {
    this.pages = pages;
    this.page = new byte[pages.geometry().pageSize()];
  }

  Hole hole(Tree tree, Gap gap) throws IOException {
    Segments segments = tree.segments();
    Bound above = gap.before() > 0 ? edge(tree, gap.before() - 1, true) : null;
    Bound below = gap.before() < segments.size() ? edge(tree, gap.before(), false) : null;
    return new Hole(tree, gap, above, below);
  }

  /** The first or last key of a segment. */
  private Bound edge(Tree tree, int segment, boolean last) throws IOException {
    pages.read(tree.segments().page(segment), page);
    Bound[] edge = new Bound[1];
    new SegmentCells(pages, tree)
        .each(
            page,
            segment,
            cell -> {
              if (last || edge[0] == null) {
                edge[0] = Bound.of(page, cell, tree.order().rowids());
              }
            });
    return edge[0];
  }
}
