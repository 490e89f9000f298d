package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.salvage.Pages.Use;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows the overflow chains of all rows (file format, section 1.7). A row is whole only if its
 * chain has exactly the pages that its length asks for, none of which is anything else's.
 */
final class OverflowChains {
  /** So often a page is read at most, however many chains of a hostile file lead there. */
  private static final int MOST_CLAIMS = 8;

  private final Pages pages;
  private final Geometry geometry;
  private final CellSet broken;
  private final Damages damages;
  private final byte[] buffer;

  /** How many chains have gone through each page. */
  private final byte[] claims;

  /** Of pages that several chains want: which pages point to them. */
  private final Map<Long, Set<Long>> contested = new HashMap<>();

  /**
   * @param broken gets the cells whose chains aren't whole
   */
  OverflowChains(Pages pages, CellSet broken, Damages damages) {
    this.pages = pages;
    this.geometry = pages.geometry();
    this.broken = broken;
    this.damages = damages;
    this.buffer = new byte[geometry.pageSize()];
    this.claims = new byte[pages.count() + 1];
  }

  void check(List<Tree> trees) throws IOException {
    each(trees, this::claim);
    if (!contested.isEmpty()) {
      each(trees, this::collectPointers);
      each(trees, this::settle);
    }
  }

  private interface Chain {
    void at(Tree tree, int page, CellCursor cell) throws IOException;
  }

  private void each(List<Tree> trees, Chain action) throws IOException {
    byte[] page = new byte[geometry.pageSize()];
    for (Tree tree : trees) {
      SegmentCells cells = new SegmentCells(pages, tree);
      Segments segments = tree.segments();
      for (int i = 0; i < segments.size(); i++) {
        if (segments.mayOverflow(i)) {
          int number = segments.page(i);
          pages.read(number, page);
          cells.each(
              page,
              i,
              cell -> {
                if (cell.overflows()) {
                  action.at(tree, number, cell);
                }
              });
        }
      }
    }
  }

  private void claim(Tree tree, int page, CellCursor cell) throws IOException {
    long rest = cell.payloadSize() - cell.localSize();
    int content = geometry.usableSize() - 4;
    long length = (rest + content - 1) / content;
    long next = cell.overflowPage();
    byte last = 1;
    for (long i = 0; i < length; i++) {
      if (next < 2 || !pages.read(next, buffer) || !isAvailable(next)) {
        fail(tree, page, cell, next, "isn't an overflow page");
        return;
      }
      if (claims[(int) next] == MOST_CLAIMS) {
        fail(tree, page, cell, next, "overflow page that many rows want");
        return;
      }
      claims[(int) next]++;
      if (pages.use(next) == Use.OVERFLOW) {
        contested.computeIfAbsent(next, n -> new HashSet<>());
      }
      if (last != 0 && isZero(buffer)) {
        fail(tree, page, cell, next, "overflow page of zeros in the middle of a value");
        return;
      }
      pages.use(next, Use.OVERFLOW);
      if (pages.isSuspect(next)) {
        // Hardly anything but this one value stands there that could be what is wrong.
        fail(tree, page, cell, next, TreeWalk.UNPROVEN);
        return;
      }
      long used = Math.min(content, rest - i * content);
      if (pages.isCutWithin(next, 4 + (int) used)) {
        fail(tree, page, cell, next, "overflow page that the file ends within");
        return;
      }
      last = buffer[4 + (int) used - 1];
      next = BigEndian.u32(buffer, 0);
    }
    if (next != 0) {
      fail(tree, page, cell, page, "overflow chain longer than its row");
    }
  }

  /** A freelist that claims a page which a row needs has been wrong before. */
  private boolean isAvailable(long page) {
    Use use = pages.use(page);
    return use == Use.UNKNOWN || use == Use.OVERFLOW || use == Use.FREE;
  }

  private void fail(Tree tree, int page, CellCursor cell, long at, String what) {
    broken.add(page, cell.start());
    damages.add(at < 2 ? page : at, tree.name(), what);
  }

  /** One pointer to an overflow page: from the overflow page before it, or from a cell. */
  private interface Link {
    void at(long from, long to);
  }

  private void links(int page, CellCursor cell, Link action) throws IOException {
    long rest = cell.payloadSize() - cell.localSize();
    int content = geometry.usableSize() - 4;
    long from = -((long) page * geometry.pageSize() + cell.start());
    long to = cell.overflowPage();
    for (; rest > 0; rest -= content) {
      action.at(from, to);
      if (!pages.read(to, buffer)) {
        return;
      }
      from = to;
      to = BigEndian.u32(buffer, 0);
    }
  }

  private void collectPointers(Tree tree, int page, CellCursor cell) throws IOException {
    if (!broken.contains(page, cell.start())) {
      links(
          page,
          cell,
          (from, to) -> {
            Set<Long> pointers = contested.get(to);
            if (pointers != null) {
              pointers.add(from);
            }
          });
    }
  }

  /** Chains are mostly written to pages one behind the other: such a pointer is the right one. */
  private void settle(Tree tree, int page, CellCursor cell) throws IOException {
    if (broken.contains(page, cell.start())) {
      return;
    }
    links(
        page,
        cell,
        (from, to) -> {
          Set<Long> pointers = contested.get(to);
          if (pointers != null && pointers.size() > 1 && from + 1 != to) {
            fail(tree, page, cell, to, "overflow page that two rows want");
          }
        });
  }

  private static boolean isZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
