package dev.sqlguard.salvage;

import java.util.ArrayList;
import java.util.List;

/** What is left of one b-tree. */
final class Tree {
  private final String name;
  private final CellCheck check;
  private Segments segments = new Segments();
  private List<Gap> gaps = new ArrayList<>();

  Tree(String name, CellCheck check) {
    this.name = name;
    this.check = check;
  }

  String name() {
    return name;
  }

  CellCheck check() {
    return check;
  }

  TreeOrder order() {
    return check.order();
  }

  /** Null for an index. */
  TableShape shape() {
    return check.shape();
  }

  Segments segments() {
    return segments;
  }

  List<Gap> gaps() {
    return gaps;
  }

  void replace(Segments newSegments, List<Gap> newGaps) {
    segments = newSegments;
    gaps = newGaps;
  }

  /** Whether every page of it is as it should be. */
  boolean isIntact() {
    if (!gaps.isEmpty()) {
      return false;
    }
    for (int i = 0; i < segments.size(); i++) {
      if (!segments.isClean(i)) {
        return false;
      }
    }
    return true;
  }
}
