package dev.sqlguard.salvage;

/** A set of cells, each known by its page and where it starts on it. */
final class CellSet {
  private static final int START_BITS = 17;

  private final LongSet cells = new LongSet();

  void add(long page, int start) {
    cells.add(key(page, start));
  }

  boolean contains(long page, int start) {
    return cells.size() > 0 && cells.contains(key(page, start));
  }

  int size() {
    return cells.size();
  }

  private static long key(long page, int start) {
    return page << START_BITS | start;
  }
}
