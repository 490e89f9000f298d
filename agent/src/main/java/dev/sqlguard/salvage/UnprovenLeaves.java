package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Pages that a tree leads to, on which cells of its leaves stand, and of which neither a header nor
 * an array of pointers says that they are rows. The page may be an interior one that was a leaf
 * once: SQLite doesn't clear what it has no more use for, and its new cells take some bytes of the
 * old ones away. So the cells are rows only where nothing else can be in their place.
 */
final class UnprovenLeaves {
  /** What else may belong into a gap. */
  @FunctionalInterface
  interface Claims {
    boolean areOn(Gap gap) throws IOException;
  }

  /**
   * @param range of the gap that the page left
   */
  private record Contested(Tree tree, long page, KeyRange range) {}

  private final Pages pages;
  private final Geometry geometry;
  private final Damages damages;
  private final byte[] page;
  private final CellCursor cell;
  private final List<Contested> contested = new ArrayList<>();

  UnprovenLeaves(Pages pages, Damages damages) {
    this.pages = pages;
    this.geometry = pages.geometry();
    this.damages = damages;
    this.page = new byte[geometry.pageSize()];
    this.cell = new CellCursor(geometry);
  }

  /** Orphans were found in the place of a page. */
  void contest(Tree tree, Gap gap) {
    if (gap.page() > 0) {
      contested.add(new Contested(tree, gap.page(), gap.range()));
    }
  }

  /**
   * Puts the pages that left a gap back into it.
   *
   * @param claims of orphans that have no place yet
   */
  void take(Tree tree, Claims claims) throws IOException {
    Segments segments = new Segments();
    tree.segments().doubts().forEach(segments::doubt);
    List<Gap> gaps = new ArrayList<>();
    int next = 0;
    for (Gap gap : tree.gaps()) {
      while (next < gap.before()) {
        segments.addFrom(tree.segments(), next++);
      }
      LeafSurgery.Result rows = rows(tree, gap.page(), gap.range());
      boolean taken =
          rows != null && !claims.areOn(gap) && !endsInInteriorCell(page, tree.order(), pages);
      if (taken) {
        pages.use(gap.page(), Pages.Use.BTREE);
        damages.add(gap.page(), tree.name(), TreeWalk.describe(rows));
        if (pages.isSuspect(gap.page())) {
          segments.doubt(gap.range());
        }
        int flags = Segments.DAMAGED | Segments.INFERRED;
        segments.add((int) gap.page(), Segments.LEAF, flags, gap.range());
      } else {
        gaps.add(new Gap(segments.size(), gap.range(), rows == null ? gap.page() : 0));
        if (rows != null) {
          contest(tree, gap);
        }
      }
    }
    while (next < tree.segments().size()) {
      segments.addFrom(tree.segments(), next++);
    }
    tree.replace(segments, gaps);
  }

  /** Null where the page isn't one of those; else its bytes are in {@link #page}. */
  private LeafSurgery.Result rows(Tree tree, long number, KeyRange range) throws IOException {
    if (number == 0 || !pages.exists(number) || pages.isUsed(number)) {
      return null;
    }
    pages.read(number, page);
    int type = tree.order().leafType();
    LeafSurgery.Result result =
        new LeafSurgery(geometry, tree.check()).operate(page, number, type, range);
    boolean right = page[BtreePage.headerAt(number)] == type;
    return result.scanned() && TreeWalk.isLeaf(result, right) ? result : null;
  }

  /** Whether the cell that was written first, at the end of a page, leads to a page below it. */
  static boolean endsInInteriorCell(byte[] page, TreeOrder order, Pages pages) throws IOException {
    int end = pages.geometry().usableSize();
    CellCursor cell = new CellCursor(pages.geometry());
    byte[] child = new byte[pages.geometry().pageSize()];
    for (int at = end - 5; at > BtreePage.headerSize(order.interiorType()); at--) {
      if (cell.parse(page, order.interiorType(), at)
          && cell.end() == end
          && cell.leftChild() > 1
          && pages.read(cell.leftChild(), child)
          && (child[0] == order.interiorType() || child[0] == order.leafType())) {
        return true;
      }
    }
    return false;
  }

  /** What a tree has no row for may have been one; the rest is of former times. */
  void quarantine(Quarantine quarantine) throws IOException {
    KeySearch search = new KeySearch(pages);
    for (Contested each : contested) {
      LeafSurgery.Result rows = rows(each.tree(), each.page(), each.range());
      if (rows == null) {
        continue;
      }
      TreeOrder order = each.tree().order();
      for (LeafSurgery.Cell row : rows.kept()) {
        cell.parse(page, order.leafType(), row.start());
        Bound key = Bound.of(page, cell, order.rowids());
        if (search.find(each.tree(), key) != KeySearch.Answer.FOUND) {
          quarantine.add(0, each.page(), page, cell, order.rowids());
        }
      }
    }
  }
}
