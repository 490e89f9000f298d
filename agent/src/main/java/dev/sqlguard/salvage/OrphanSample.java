package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Some pages of an orphan without rowids, from all over it, and some entries of each. */
final class OrphanSample {
  private static final int MOST_PAGES = 32;
  private static final int ENTRIES = 32;

  private final Pages pages;
  private final List<Orphan> chosen = new ArrayList<>();
  private final byte[] page;
  private final CellCursor cell;
  private final CellCursor before;

  /** What is done with one entry; page and cell are good until this returns. */
  @FunctionalInterface
  interface Action {
    void at(byte[] page, CellCursor cell) throws IOException;
  }

  OrphanSample(Pages pages, Orphan orphan) {
    this.pages = pages;
    this.page = new byte[pages.geometry().pageSize()];
    this.cell = new CellCursor(pages.geometry());
    this.before = new CellCursor(pages.geometry());
    List<Orphan> all = new ArrayList<>();
    addPages(orphan, all);
    int step = Math.max(1, all.size() / MOST_PAGES);
    for (int i = 0; i < all.size(); i += step) {
      chosen.add(all.get(i));
    }
  }

  private static void addPages(Orphan orphan, List<Orphan> all) {
    if (!BtreePage.isInterior(orphan.type) || orphan.children().isEmpty()) {
      all.add(orphan);
    }
    for (Orphan child : orphan.children()) {
      addPages(child, all);
    }
  }

  /** About {@value #ENTRIES} entries. */
  void each(Action action) throws IOException {
    int perPage = Math.max(1, ENTRIES / Math.max(1, chosen.size()));
    for (Orphan orphan : chosen) {
      PageLayout layout = read(orphan);
      int n = layout.possibleCells(pages.geometry());
      for (int i = 0; i < n; i += Math.max(1, n / perPage)) {
        if (parse(layout, i, cell)) {
          action.at(page, cell);
        }
      }
    }
  }

  /** Whether the keys of each page rise, as far as that can be told. */
  boolean rises(TreeOrder order) throws IOException {
    if (!order.isKnown()) {
      return true;
    }
    for (Orphan orphan : chosen) {
      PageLayout layout = read(orphan);
      int n = layout.possibleCells(pages.geometry());
      boolean first = true;
      for (int i = 0; i < n; i++) {
        if (!parse(layout, i, cell)) {
          continue;
        }
        if (!first) {
          int compared = order.compare(page, before, page, cell);
          if (compared > 0 || compared == 0 && isWhole(before) && isWhole(cell)) {
            return false;
          }
        }
        before.parse(page, layout.type(), cell.start());
        first = false;
      }
    }
    return true;
  }

  /** Whether no two entries of a page end with the same integer, as those of an index never do. */
  boolean endsDiffer(EntryHash entry) throws IOException {
    for (Orphan orphan : chosen) {
      LongSet ends = new LongSet();
      PageLayout layout = read(orphan);
      int n = layout.possibleCells(pages.geometry());
      for (int i = 0; i < n; i++) {
        if (parse(layout, i, cell)
            && entry.read(page, cell, Integer.MAX_VALUE)
            && !ends.add(entry.lastInteger())) {
          return false;
        }
      }
    }
    return true;
  }

  private PageLayout read(Orphan orphan) throws IOException {
    pages.read(orphan.page, page);
    return PageLayout.of(page, orphan.page, orphan.type);
  }

  private boolean parse(PageLayout layout, int i, CellCursor into) {
    int at = layout.pointer(page, i);
    return at >= layout.endOfPointers() && into.parse(page, layout.type(), at);
  }

  private static boolean isWhole(CellCursor cell) {
    return cell.localSize() == cell.payloadSize();
  }
}
