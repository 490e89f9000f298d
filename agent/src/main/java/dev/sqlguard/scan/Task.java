package dev.sqlguard.scan;

/**
 * A part of a b-tree that one thread walks.
 *
 * @param height of {@code page} above the leaves; {@link #ROOT} for a whole tree, of which that
 *     isn't known yet
 * @param parent the page that leads to this one; 0 for a root
 * @param low the rowid that all of its rowids are above, if {@code bounded}
 * @param high the largest rowid that it may have
 * @param lowEntry the entry that all of its entries are above; null for none
 * @param highEntry the entry that all of its entries are below; null for none
 */
record Task(
    Tree tree,
    long page,
    int height,
    long parent,
    boolean bounded,
    long low,
    long high,
    Entry lowEntry,
    Entry highEntry) {
  static final int ROOT = -1;

  /** About how much memory it takes, in bytes. */
  int weight() {
    int low = lowEntry == null ? 0 : lowEntry.weight();
    return low + (highEntry == null ? 0 : highEntry.weight());
  }

  static Task whole(Tree tree) {
    return new Task(tree, tree.root(), ROOT, 0, false, 0, Long.MAX_VALUE, null, null);
  }
}
