package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import java.util.ArrayList;
import java.util.List;

/** A b-tree page that no tree leads to, and what hangs on it. */
final class Orphan {
  final int page;
  final int type;

  /** The first and the last key on its leaves, null where it has none. */
  Bound first;

  Bound last;
  Orphan parent;

  /** Of the rows on the page itself. */
  Profile profile = new Profile();

  int rows;
  private List<Orphan> children = List.of();

  Orphan(int page, int type) {
    this.page = page;
    this.type = type;
  }

  List<Orphan> children() {
    return children;
  }

  void adopt(Orphan child) {
    if (children.isEmpty()) {
      children = new ArrayList<>();
    }
    child.parent = this;
    children.add(child);
  }

  boolean isOfTable() {
    return type == BtreePage.LEAF_TABLE || type == BtreePage.INTERIOR_TABLE;
  }

  /** Of the rows on the page and below. */
  Profile wholeProfile() {
    if (children.isEmpty()) {
      return profile;
    }
    Profile whole = new Profile();
    addTo(whole);
    return whole;
  }

  private void addTo(Profile whole) {
    whole.add(profile);
    for (Orphan child : children) {
      child.addTo(whole);
    }
  }

  long wholeRows() {
    long sum = rows;
    for (Orphan child : children) {
      sum += child.wholeRows();
    }
    return sum;
  }

  int depth() {
    int deepest = -1;
    for (Orphan child : children) {
      deepest = Math.max(deepest, child.depth());
    }
    return deepest + 1;
  }
}
