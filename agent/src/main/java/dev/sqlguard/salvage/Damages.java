package dev.sqlguard.salvage;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The damaged pages that were met; the first thousand in words. */
final class Damages {
  private static final int MOST = 1000;

  private final List<DamagedPage> pages = new ArrayList<>();
  private final BitSet seen = new BitSet();

  private final long last;

  /**
   * @param last the number of the image's last page; a pointer to one behind it is its parent's
   *     damage
   */
  Damages(long last) {
    this.last = last;
  }

  void add(long page, String owner, String what) {
    if (page > last || seen.get((int) page)) {
      return;
    }
    seen.set((int) page);
    if (pages.size() < MOST) {
      pages.add(new DamagedPage(page, owner, what));
    }
  }

  List<DamagedPage> pages() {
    return pages;
  }

  long count() {
    return seen.cardinality();
  }
}
