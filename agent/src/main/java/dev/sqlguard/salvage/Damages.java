package dev.sqlguard.salvage;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The damaged pages that were met; the first thousand in words. */
final class Damages {
  private static final int MOST = 1000;

  private final List<DamagedPage> pages = new ArrayList<>();
  private final BitSet seen = new BitSet();

  void add(long page, String owner, String what) {
    int number = (int) Math.min(page, Integer.MAX_VALUE);
    if (seen.get(number)) {
      return;
    }
    seen.set(number);
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
