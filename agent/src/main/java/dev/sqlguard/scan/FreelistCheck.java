package dev.sqlguard.scan;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.PointerMap;
import java.io.IOException;

/** Walks the freelist (file format, section 1.5). */
final class FreelistCheck {
  private static final int LEAVES_AT = 8;

  private final ImageLayout layout;
  private final PageWindow pages;
  private final References references;
  private final PointerMapCheck map;
  private final Suspicions suspicions;
  private long found;

  FreelistCheck(
      ImageLayout layout,
      PageWindow pages,
      References references,
      PointerMapCheck map,
      Suspicions suspicions) {
    this.layout = layout;
    this.pages = pages;
    this.references = references;
    this.map = map;
    this.suspicions = suspicions;
  }

  void run() throws IOException {
    Geometry geometry = layout.geometry();
    byte[] trunk = new byte[geometry.pageSize()];
    long page = layout.header().firstFreelistTrunk();
    while (page != 0 && take(page)) {
      pages.read(page, trunk);
      long leaves = BigEndian.u32(trunk, 4);
      if (leaves > geometry.usableSize() / 4 - 2) {
        suspicions.add(page, "", "the freelist trunk has more leaves than have room on it");
        return;
      }
      for (int i = 0; i < leaves; i++) {
        if (!take(BigEndian.u32(trunk, LEAVES_AT + 4 * i))) {
          return;
        }
      }
      page = BigEndian.u32(trunk, 0);
    }
    if (found != layout.header().freelistPages()) {
      String text = "the freelist has " + found + " pages, the header says ";
      suspicions.add(1, "", text + layout.header().freelistPages());
    }
  }

  private boolean take(long page) throws IOException {
    if (!references.add(page)) {
      suspicions.add(page, "", "on the freelist, but met before or outside of the file");
      return false;
    }
    map.expect(page, PointerMap.Use.FREE, 0, "");
    found++;
    return true;
  }
}
