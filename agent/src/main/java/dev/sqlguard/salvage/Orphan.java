package dev.sqlguard.salvage;

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
  final List<Orphan> children = new ArrayList<>();

  /** Of the rows on the page itself. */
  final Profile profile = new Profile();

  int rows;

  Orphan(int page, int type) {
    this.page = page;
    this.type = type;
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
