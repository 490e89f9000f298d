package dev.sqlguard.scan;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.PageSum;
import dev.sqlguard.format.PointerMap;
import java.io.IOException;

/** Follows the overflow pages of cells (file format, section 1.6). */
final class OverflowChain {
  private final Geometry geometry;
  private final PageWindow pages;
  private final References references;
  private final PointerMapCheck map;
  private final Suspicions suspicions;
  private final PageSum sum;

  OverflowChain(
      Geometry geometry,
      PageWindow pages,
      References references,
      PointerMapCheck map,
      Suspicions suspicions,
      PageSum sum) {
    this.geometry = geometry;
    this.pages = pages;
    this.references = references;
    this.map = map;
    this.suspicions = suspicions;
    this.sum = sum;
  }

  /**
   * Walks the whole chain, once for each cell: every page of it counts as met.
   *
   * @param owner the page with the cell
   * @param into where the payload's beginning is put together; the part on the cell's own page is
   *     there already
   * @param wanted how much of the payload is to be there afterwards, in bytes
   * @return false, and a suspicion, where the chain isn't what it has to be
   */
  boolean follow(CellCursor cell, long owner, String object, byte[] into, int wanted)
      throws IOException {
    long rest = cell.payloadSize() - cell.localSize();
    int done = cell.localSize();
    long before = owner;
    long page = cell.overflowPage();
    PointerMap.Use use = PointerMap.Use.FIRST_OVERFLOW;
    while (rest > 0) {
      if (suspicions.isFull()) {
        return false;
      }
      if (!references.add(page)) {
        suspicions.add(
            page == 0 ? owner : page,
            object,
            page == 0
                ? "an overflow chain that begins here ends early"
                : "on an overflow chain, but met before or outside of the file");
        return false;
      }
      map.expect(page, use, before, object);
      int at = pages.seek(page);
      sum.add(page, pages.bytes(), at, geometry.pageSize());
      int length = (int) Math.min(rest, geometry.usableSize() - 4);
      if (done < wanted) {
        int part = Math.min(length, wanted - done);
        System.arraycopy(pages.bytes(), at + 4, into, done, part);
        done += part;
      }
      rest -= length;
      before = page;
      page = BigEndian.u32(pages.bytes(), at);
      use = PointerMap.Use.LATER_OVERFLOW;
    }
    if (page != 0) {
      suspicions.add(before, object, "an overflow chain goes on beyond its end");
      return false;
    }
    return true;
  }

  /**
   * Reads the payload's beginning, as far as the chain goes, without any of its pages being met.
   *
   * @return how much of it there is
   */
  int peek(CellCursor cell, byte[] into, int wanted) throws IOException {
    int done = cell.localSize();
    long page = cell.overflowPage();
    while (done < wanted && page >= 1 && page <= geometry.pages()) {
      int at = pages.seek(page);
      int part = Math.min(geometry.usableSize() - 4, wanted - done);
      System.arraycopy(pages.bytes(), at + 4, into, done, part);
      done += part;
      page = BigEndian.u32(pages.bytes(), at);
    }
    return done;
  }
}
