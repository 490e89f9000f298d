package dev.sqlguard.salvage;

import dev.sqlguard.salvage.TableShape.IndexShape;
import java.io.IOException;
import java.util.Arrays;

/**
 * Finds rows that can't both be in a table because a UNIQUE index forbids it. The one that stands
 * on an intact page stays.
 */
final class DuplicateKeys {
  /** So many keys are compared in one go. */
  private static final int AT_ONCE = 1_000_000;

  private final Pages pages;
  private final CellSet suspects;
  private final EntryHash hash;
  private final byte[] page;

  DuplicateKeys(Pages pages, CellSet suspects) {
    this.pages = pages;
    this.suspects = suspects;
    this.hash = new EntryHash(new Payloads(pages));
    this.page = new byte[pages.geometry().pageSize()];
  }

  @FunctionalInterface
  private interface Key {
    void at(long key, int page, int start, boolean trusted);
  }

  /**
   * Makes all but one of each set of rows with the same key suspect.
   *
   * @return how many
   */
  int find(Tree table, IndexShape index) throws IOException {
    if (!index.isPlain() || index.order() == null) {
      return 0;
    }
    long[] rows = new long[1];
    each(table, index, (key, number, start, trusted) -> rows[0]++);
    int turns = (int) (rows[0] / AT_ONCE) + 1;
    int before = suspects.size();
    for (int i = 0; i < turns; i++) {
      int turn = i;
      LongSet seen = new LongSet();
      LongSet doubles = new LongSet();
      each(
          table,
          index,
          (key, number, start, trusted) -> {
            if (Math.floorMod(key, turns) == turn && !seen.add(key)) {
              doubles.add(key);
            }
          });
      // First those on intact pages, so that they stay.
      LongSet kept = new LongSet();
      for (boolean onIntactPages : new boolean[] {true, false}) {
        each(
            table,
            index,
            (key, number, start, trusted) -> {
              if (trusted == onIntactPages && doubles.contains(key) && !kept.add(key)) {
                suspects.add(number, start);
              }
            });
      }
    }
    return suspects.size() - before;
  }

  private void each(Tree table, IndexShape index, Key action) throws IOException {
    int[] columns = Arrays.copyOf(index.columns(), index.keyColumns());
    int needed = Arrays.stream(columns).max().orElse(0) + 1;
    Segments segments = table.segments();
    SegmentCells cells = new SegmentCells(pages, table);
    for (int i = 0; i < segments.size(); i++) {
      int number = segments.page(i);
      boolean trusted = segments.isClean(i);
      pages.read(number, page);
      cells.each(
          page,
          i,
          cell -> {
            if (!suspects.contains(number, cell.start()) && hash.read(page, cell, needed)) {
              long key = hash.uniqueKey(table.shape(), index, columns, cell.rowid());
              if (hash.isTold()) {
                action.at(key, number, cell.start(), trusted);
              }
            }
          });
    }
  }
}
