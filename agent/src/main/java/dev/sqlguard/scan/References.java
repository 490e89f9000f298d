package dev.sqlguard.scan;

import dev.sqlguard.format.Geometry;

/**
 * Which pages something leads to. Every page of an image must be met exactly once: as the page of a
 * b-tree, of an overflow chain, or of the freelist. The pages of the pointer map and the one with
 * the lock bytes count as met from the beginning.
 */
final class References {
  private final Geometry geometry;
  private final long[] met;
  private long count;

  References(Geometry geometry, boolean pointerMap) {
    this.geometry = geometry;
    this.met = new long[(int) (geometry.pages() / Long.SIZE) + 1];
    long lockBytes = Geometry.lockBytePage(geometry.pageSize());
    if (lockBytes <= geometry.pages()) {
      mark(lockBytes);
    }
    long map = 2;
    while (pointerMap && map <= geometry.pages()) {
      mark(map);
      // The map's next page is the one that has the entry of the page behind the last of this one.
      long next = map;
      next += geometry.usableSize() / 5 + 1;
      map = geometry.pointerMapPageOf(next);
    }
  }

  /** Whether this is a page of the image that nothing has led to before. */
  synchronized boolean add(long page) {
    return page >= 1 && page <= geometry.pages() && mark(page);
  }

  /** How many pages are met. */
  synchronized long count() {
    return count;
  }

  /** The first page from {@code from} on that nothing leads to; 0 where there is none. */
  synchronized long firstMissing(long from) {
    for (long page = from; page <= geometry.pages(); page++) {
      if (page % Long.SIZE == 0 && met[(int) (page / Long.SIZE)] == -1L) {
        page += Long.SIZE - 1;
      } else if ((met[(int) (page / Long.SIZE)] & 1L << page) == 0) {
        return page;
      }
    }
    return 0;
  }

  private boolean mark(long page) {
    int word = (int) (page / Long.SIZE);
    long bit = 1L << page;
    if ((met[word] & bit) != 0) {
      return false;
    }
    met[word] |= bit;
    count++;
    return true;
  }
}
