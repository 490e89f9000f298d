package dev.sqlguard.salvage;

import java.util.ArrayList;
import java.util.List;

/** A gap of a tree, and the orphans that were found to belong there. */
final class Hole {
  private final Tree tree;
  private final Gap gap;
  private final Bound above;
  private final Bound below;
  private final List<Filling> fillings = new ArrayList<>();

  /** An orphan in its place: the keys that it spans, the rows, and what it still lacks. */
  record Filling(Bound first, Bound last, Segments segments, List<Gap> gaps) {}

  /**
   * @param above the last key in front of the gap, null where there is none
   * @param below the first key behind the gap
   */
  Hole(Tree tree, Gap gap, Bound above, Bound below) {
    this.tree = tree;
    this.gap = gap;
    this.above = above;
    this.below = below;
  }

  Tree tree() {
    return tree;
  }

  Gap gap() {
    return gap;
  }

  /** Whether both its ends are known. */
  boolean isBounded() {
    return gap.range().low() != null && gap.range().high() != null;
  }

  List<Filling> fillings() {
    return fillings;
  }

  boolean hasRoomFor(Orphan orphan) {
    TreeOrder order = tree.order();
    if (isAtMost(order, orphan.first, gap.range().low())
        || isAtMost(order, orphan.first, above)
        || gap.range().high() != null && order.compare(orphan.last, gap.range().high()) > 0
        || below != null && order.compare(orphan.last, below) >= 0) {
      return false;
    }
    for (Filling filling : fillings) {
      if (order.compare(orphan.first, filling.last()) <= 0
          && order.compare(orphan.last, filling.first()) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAtMost(TreeOrder order, Bound key, Bound low) {
    return low != null && order.compare(key, low) <= 0;
  }

  void fill(Filling filling) {
    int at = 0;
    while (at < fillings.size()
        && tree.order().compare(fillings.get(at).first(), filling.first()) < 0) {
      at++;
    }
    fillings.add(at, filling);
  }
}
