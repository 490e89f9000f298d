package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Trees that no schema names. Those with rowids are tables. The others are indexes, or tables
 * WITHOUT ROWID: an index repeats what stands in the rows of its table.
 */
final class NamelessTrees {
  private static final int SAMPLE = 32;

  private final Pages pages;
  private final RowValues values;
  private final List<Tree> tables = new ArrayList<>();
  private final List<Named> withoutRowids = new ArrayList<>();
  private final Set<Integer> indexes = new HashSet<>();

  private record Named(Tree tree, int root, int fields) {}

  /**
   * @param known tables that do have a name
   */
  NamelessTrees(Pages pages, byte[] visits, Damages damages, List<Tree> known, List<Orphan> orphans)
      throws IOException {
    this.pages = pages;
    this.values = new RowValues(pages);
    for (Tree tree : known) {
      if (tree.segments().size() == 0) {
        continue;
      }
      if (tree.order().rowids()) {
        tables.add(tree);
      } else {
        withoutRowids.add(new Named(tree, 0, tree.shape().stored().size()));
      }
    }
    Payloads payloads = new Payloads(pages);
    for (Orphan orphan : orphans) {
      boolean rowids =
          orphan.type == BtreePage.LEAF_TABLE || orphan.type == BtreePage.INTERIOR_TABLE;
      TreeOrder order = rowids ? TreeOrder.ROWID : TreeOrder.byFields(null);
      Tree tree = new Tree("", new CellCheck(payloads, order, null));
      new TreeWalk(pages, tree.check(), "", visits, damages, false)
          .walk(orphan.page, KeyRange.ALL, tree.segments(), tree.gaps());
      if (rowids) {
        tables.add(tree);
      } else {
        int fields = orphan.wholeProfile().fields();
        withoutRowids.add(new Named(tree, orphan.page, fields));
      }
    }
  }

  /** The roots of those that are indexes. */
  Set<Integer> indexes() throws IOException {
    for (Named each : withoutRowids) {
      if (each.root() > 0 && (isIndexOfTable(each) || isIndexOfOther(each))) {
        indexes.add(each.root());
      }
    }
    return indexes;
  }

  private interface Entry {
    void at(byte[] page, CellCursor cell) throws IOException;
  }

  private void each(Tree tree, int step, Entry action) throws IOException {
    byte[] page = new byte[pages.geometry().pageSize()];
    SegmentCells cells = new SegmentCells(pages, tree);
    Segments segments = tree.segments();
    for (int i = 0; i < segments.size(); i += step) {
      pages.read(segments.page(i), page);
      cells.each(page, i, cell -> action.at(page, cell));
    }
  }

  /** At most one of each part of the tree. */
  private List<long[]> sample(Tree tree, List<Long> lastValues) throws IOException {
    List<long[]> sample = new ArrayList<>();
    byte[][] seen = new byte[1][];
    int step = Math.max(1, tree.segments().size() / SAMPLE);
    each(
        tree,
        step,
        (page, cell) -> {
          boolean firstOfPage = seen[0] != page || sample.size() < SAMPLE;
          if (firstOfPage && sample.size() < 2 * SAMPLE) {
            seen[0] = page;
            long[] entry = values.of(page, cell, false);
            if (entry != null) {
              sample.add(entry);
              lastValues.add(values.lastInteger(page, cell));
            }
          }
        });
    return sample;
  }

  private boolean isIndexOfTable(Named index) throws IOException {
    List<Long> rowids = new ArrayList<>();
    List<long[]> sample = sample(index.tree(), rowids);
    for (Tree table : tables) {
      TreeCursor cursor = new TreeCursor(pages, table);
      int same = 0;
      for (int i = 0; i < sample.size(); i++) {
        long rowid = rowids.get(i);
        Bound below = rowid == Long.MIN_VALUE ? null : Bound.ofRowid(rowid - 1);
        if (cursor.seek(below) && cursor.cell().rowid() == rowid) {
          long[] row = values.of(cursor.page(), cursor.cell(), true);
          same += row != null && RowValues.contains(row, sample.get(i)) ? 1 : 0;
        }
      }
      // That its last values are a table's rowids proves nothing: so are those of a reference.
      if (!sample.isEmpty() && 10 * same >= 9 * sample.size()) {
        return true;
      }
    }
    return false;
  }

  /** Where both have as many fields, either might be the other's index: both are kept. */
  private boolean isIndexOfOther(Named index) throws IOException {
    List<long[]> sample = sample(index.tree(), new ArrayList<>());
    for (Named other : withoutRowids) {
      if (other == index || other.fields() <= index.fields() || sample.isEmpty()) {
        continue;
      }
      boolean[] found = new boolean[sample.size()];
      each(
          other.tree(),
          1,
          (page, cell) -> {
            long[] row = values.of(page, cell, false);
            for (int i = 0; row != null && i < found.length; i++) {
              found[i] |= RowValues.contains(row, sample.get(i));
            }
          });
      int hits = 0;
      for (boolean hit : found) {
        hits += hit ? 1 : 0;
      }
      if (10 * hits >= 9 * sample.size()) {
        return true;
      }
    }
    return false;
  }
}
