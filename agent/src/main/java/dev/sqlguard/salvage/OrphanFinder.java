package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.RecordCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the b-tree pages that no tree leads to, and which of them lead to which others. */
final class OrphanFinder {
  private static final int DEEPEST = 24;

  private final Pages pages;
  private final Geometry geometry;
  private final Payloads payloads;
  private final CellCursor cell;
  private final RecordCursor record = new RecordCursor();
  private final byte[] page;

  /** Most pages of a table have the same. */
  private final Map<Profile, Profile> profiles = new HashMap<>();

  OrphanFinder(Pages pages) {
    this.pages = pages;
    this.geometry = pages.geometry();
    this.payloads = new Payloads(pages);
    this.cell = new CellCursor(geometry);
    this.page = new byte[geometry.pageSize()];
  }

  /** The orphans that are no other orphan's child. */
  List<Orphan> find() throws IOException {
    Orphan[] all = new Orphan[pages.count() + 1];
    for (int number = 2; number <= pages.count(); number++) {
      if (!pages.isUsed(number) && pages.read(number, page)) {
        all[number] = look(number);
      }
    }
    for (Orphan orphan : all) {
      if (orphan != null && BtreePage.isInterior(orphan.type)) {
        adopt(orphan, all);
      }
    }
    List<Orphan> roots = new ArrayList<>();
    for (Orphan orphan : all) {
      if (orphan != null && orphan.parent == null && depthBelow(orphan, 0) <= DEEPEST) {
        spread(orphan);
        roots.add(orphan);
      }
    }
    return roots;
  }

  /** Null where the page is none of a b-tree, or has nothing to say. */
  private Orphan look(int number) throws IOException {
    int type = page[0];
    if (!BtreePage.isType(type)) {
      return null;
    }
    PageLayout layout = PageLayout.of(page, number, type);
    int n = layout.possibleCells(geometry);
    if (n == 0 || n != layout.cells()) {
      return null;
    }
    Orphan orphan = new Orphan(number, type);
    Profile profile = new Profile();
    boolean rowids = type == BtreePage.LEAF_TABLE || type == BtreePage.INTERIOR_TABLE;
    int valid = 0;
    int lastValid = -1;
    for (int i = 0; i < n; i++) {
      int at = layout.pointer(page, i);
      if (at < layout.endOfPointers()
          || !cell.parse(page, type, at)
          || BtreePage.isInterior(type) && !isChild(cell.leftChild())
          || type != BtreePage.INTERIOR_TABLE && !payloads.parse(page, cell, record)) {
        continue;
      }
      valid++;
      if (type != BtreePage.INTERIOR_TABLE) {
        profile.add(record);
        orphan.rows++;
      }
      if (orphan.first == null) {
        orphan.first = Bound.of(page, cell, rowids);
      }
      lastValid = at;
    }
    if (lastValid >= 0 && cell.parse(page, type, lastValid)) {
      orphan.last = Bound.of(page, cell, rowids);
    }
    orphan.profile = profiles.computeIfAbsent(profile, each -> each);
    return valid * 2 > n ? orphan : null;
  }

  private boolean isChild(long page) {
    return page > 1 && pages.exists(page);
  }

  private void adopt(Orphan parent, Orphan[] all) throws IOException {
    pages.read(parent.page, page);
    PageLayout layout = PageLayout.of(page, parent.page, parent.type);
    for (long number : TreeWalk.children(page, layout, geometry)) {
      Orphan child = number < all.length ? all[(int) number] : null;
      boolean sameKind =
          child != null && (child.type == parent.type || child.type == leafOf(parent.type));
      if (sameKind && child.parent == null && !isAbove(child, parent)) {
        parent.adopt(child);
      }
    }
  }

  private static int leafOf(int interior) {
    return interior == BtreePage.INTERIOR_TABLE ? BtreePage.LEAF_TABLE : BtreePage.LEAF_INDEX;
  }

  /** Pages of hostile files can be their own grandchildren. */
  private static boolean isAbove(Orphan candidate, Orphan orphan) {
    int steps = 0;
    for (Orphan each = orphan; each != null; each = each.parent) {
      if (each == candidate || ++steps > DEEPEST) {
        return true;
      }
    }
    return false;
  }

  private static int depthBelow(Orphan orphan, int depth) {
    int deepest = depth;
    for (Orphan child : orphan.children()) {
      if (depth <= DEEPEST) {
        deepest = Math.max(deepest, depthBelow(child, depth + 1));
      }
    }
    return deepest;
  }

  /** Widens the keys of interior pages by those of their leaves. */
  private static void spread(Orphan orphan) {
    for (Orphan child : orphan.children()) {
      spread(child);
    }
    if (!orphan.children().isEmpty()) {
      Orphan leftMost = orphan.children().get(0);
      Orphan rightMost = orphan.children().get(orphan.children().size() - 1);
      orphan.first = lower(leftMost.first, orphan.first);
      orphan.last = higher(rightMost.last, orphan.last);
    }
  }

  private static Bound lower(Bound child, Bound own) {
    return child.record() == null && own.rowid() < child.rowid() ? own : child;
  }

  private static Bound higher(Bound child, Bound own) {
    return child.record() == null && own.rowid() > child.rowid() ? own : child;
  }
}
