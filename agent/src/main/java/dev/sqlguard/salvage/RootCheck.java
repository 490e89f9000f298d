package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.salvage.TableShape.IndexShape;
import java.io.IOException;

/**
 * Whether a tree begins where a backup's schema says. Since then the database may have been
 * vacuumed, and another tree may begin there.
 */
final class RootCheck {
  private static final int DEEPEST = 24;

  private final Pages pages;
  private final Geometry geometry;
  private final Payloads payloads;
  private final byte[] page;

  RootCheck(Pages pages) {
    this.pages = pages;
    this.geometry = pages.geometry();
    this.payloads = new Payloads(pages);
    this.page = new byte[geometry.pageSize()];
  }

  boolean couldBe(long root, TableShape shape) throws IOException {
    int leaf = shape.withoutRowid() ? BtreePage.LEAF_INDEX : BtreePage.LEAF_TABLE;
    Profile profile = firstLeaf(root, leaf);
    return profile != null && (profile.fields() == 0 || profile.oddityIn(shape) >= 0);
  }

  boolean couldBe(IndexShape index) throws IOException {
    Profile profile = firstLeaf(index.root(), BtreePage.LEAF_INDEX);
    return profile != null && (profile.fields() == 0 || profile.fits(index));
  }

  /** The records on the left-most leaf; null where there is no such tree. */
  private Profile firstLeaf(long root, int leaf) throws IOException {
    long number = root;
    for (int depth = 0; depth < DEEPEST; depth++) {
      if (number < 2 || !pages.exists(number) || pages.isUsed(number)) {
        return null;
      }
      pages.read(number, page);
      int type = page[0];
      if (type == leaf) {
        return profile(number);
      }
      PageLayout layout = PageLayout.of(page, number, type);
      boolean interior = BtreePage.isInterior(type) && type == interiorOf(leaf);
      if (!interior || layout.possibleCells(geometry) == 0) {
        return null;
      }
      int at = layout.pointer(page, 0);
      if (at + 4 > geometry.usableSize()) {
        return null;
      }
      number = BigEndian.u32(page, at);
    }
    return null;
  }

  private static int interiorOf(int leaf) {
    return leaf == BtreePage.LEAF_TABLE ? BtreePage.INTERIOR_TABLE : BtreePage.INTERIOR_INDEX;
  }

  private Profile profile(long number) throws IOException {
    Profile profile = new Profile();
    PageLayout layout = PageLayout.of(page, number, page[0]);
    CellCursor cell = new CellCursor(geometry);
    RecordCursor record = new RecordCursor();
    int n = layout.possibleCells(geometry);
    for (int i = 0; i < n; i++) {
      if (cell.parse(page, layout.type(), layout.pointer(page, i))
          && payloads.parse(page, cell, record)) {
        profile.add(record);
      }
    }
    return profile;
  }
}
