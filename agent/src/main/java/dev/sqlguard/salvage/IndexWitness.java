package dev.sqlguard.salvage;

import dev.sqlguard.salvage.SalvageProgress.Phase;
import dev.sqlguard.salvage.TableShape.IndexShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hears the indexes on the rows: a flipped bit in a value leaves a row that is whole in every other
 * respect, but an index still knows what stood there. And an entry without its row proves that a
 * row is lost.
 *
 * <p>Rows and entries are first compared by sums over buckets of their keys, which needs no memory
 * worth mentioning; only what is in a bucket that doesn't come out even is looked at one by one.
 */
final class IndexWitness {
  private static final int BUCKETS = 1 << 18;

  /** So many indexes of a table are compared in one pass over its rows, each in 2 MiB. */
  private static final int TOGETHER = 6;

  /** So many rows are looked at in one go. */
  private static final int AT_ONCE = 300_000;

  private static final int MOST_PASSES = 8;

  /** A lost write of an index page takes more entries than these. */
  private static final int FEW = 3;

  private final Pages pages;
  private final CellSet suspects;
  private final Map<String, Testimony> testimonies = new HashMap<>();
  private final SalvageProgress progress;
  private final EntryHash hash;
  private final byte[] page;
  private long done;

  /**
   * @param suspects gets the rows that an index contradicts
   */
  IndexWitness(Pages pages, CellSet suspects, SalvageProgress progress) {
    this.pages = pages;
    this.suspects = suspects;
    this.progress = progress;
    this.hash = new EntryHash(new Payloads(pages));
    this.page = new byte[pages.geometry().pageSize()];
  }

  /** What was said, by table. */
  Map<String, Testimony> hear(List<Tree> tables, List<Tree> indexes) throws IOException {
    Map<String, Tree> byName = new HashMap<>();
    for (Tree index : indexes) {
      byName.put(index.name(), index);
    }
    for (Tree table : tables) {
      List<Comparison> comparisons = new ArrayList<>();
      for (IndexShape index : table.shape().indexes()) {
        Tree entries = byName.get(index.name());
        if (index.isPlain() && entries != null && entries.segments().size() > 0) {
          comparisons.add(new Comparison(index, entries));
        }
        if (comparisons.size() == TOGETHER) {
          hear(table, comparisons);
        }
      }
      hear(table, comparisons);
    }
    return testimonies;
  }

  /** All of these, of which none is left. */
  private void hear(Tree table, List<Comparison> comparisons) throws IOException {
    if (!comparisons.isEmpty()) {
      sum(table, comparisons);
    }
    for (Comparison comparison : comparisons) {
      if (comparison.told) {
        hear(table, comparison);
      }
    }
    comparisons.clear();
  }

  /** One index beside its table. */
  private static final class Comparison {
    private final IndexShape index;
    private final Tree entries;

    /** Of the rows less those of the entries. */
    private final long[] sums = new long[BUCKETS];

    /** Whether all values are known. */
    private boolean told = true;

    private long rows;

    Comparison(IndexShape index, Tree entries) {
      this.index = index;
      this.entries = entries;
    }
  }

  private void sum(Tree table, List<Comparison> comparisons) throws IOException {
    eachRow(
        table,
        comparisons,
        (comparison, key, value, number, start, trust) -> {
          comparison.sums[bucket(key)] += value;
          comparison.rows++;
          comparison.told &= hash.isTold();
        });
    for (Comparison each : comparisons) {
      eachEntry(
          table,
          each,
          (comparison, key, value, number, start, trust) -> comparison.sums[bucket(key)] -= value);
    }
  }

  private void hear(Tree table, Comparison comparison) throws IOException {
    long[] sums = comparison.sums;
    long uneven = 0;
    for (long sum : sums) {
      uneven += sum == 0 ? 0 : 1;
    }
    long passes = (comparison.rows * uneven / BUCKETS + AT_ONCE - 1) / AT_ONCE;
    if (passes > MOST_PASSES) {
      return;
    }
    boolean intact = comparison.entries.isIntact();
    Testimony testimony = testimonies.computeIfAbsent(table.name(), name -> new Testimony());
    if (intact) {
      testimony.wholeIndexHeard();
    }
    if (uneven == 0) {
      return;
    }
    Hearing hearing = new Hearing(intact, testimony);
    for (int pass = 0; pass < Math.max(1, passes); pass++) {
      int turn = pass;
      int turns = (int) Math.max(1, passes);
      Collected theirs = new Collected();
      Collected ours = new Collected();
      eachRow(
          table,
          List.of(comparison),
          (each, key, value, number, start, trust) -> {
            int bucket = bucket(key);
            if (sums[bucket] != 0 && bucket % turns == turn) {
              ours.add(key, value, number, start, trust);
            }
          });
      eachEntry(
          table,
          comparison,
          (each, key, value, number, start, trust) -> {
            int bucket = bucket(key);
            if (sums[bucket] != 0 && bucket % turns == turn) {
              theirs.add(key, value, number, start, trust);
            }
          });
      hearing.compare(ours, theirs);
    }
    hearing.judge();
  }

  @FunctionalInterface
  private interface Statement {
    void at(Comparison of, long key, long value, int page, int start, boolean trusted);
  }

  private void eachRow(Tree table, List<Comparison> comparisons, Statement action)
      throws IOException {
    TableShape shape = table.shape();
    int fields = shape.withoutRowid() ? shape.key().size() : 0;
    for (Comparison comparison : comparisons) {
      for (int column : comparison.index.columns()) {
        fields = Math.max(fields, column + 1);
      }
    }
    int needed = fields;
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
            if (suspects.contains(number, cell.start()) || !hash.read(page, cell, needed)) {
              return;
            }
            long key = hash.keyOfRow(shape, cell.rowid());
            for (Comparison each : comparisons) {
              long value = hash.ofRow(shape, each.index, cell.rowid());
              action.at(each, key, value, number, cell.start(), trusted);
            }
          });
      progress.at(Phase.COMPARE, ++done, 0);
    }
  }

  private void eachEntry(Tree table, Comparison comparison, Statement action) throws IOException {
    TableShape shape = table.shape();
    IndexShape index = comparison.index;
    Segments segments = comparison.entries.segments();
    SegmentCells cells = new SegmentCells(pages, comparison.entries);
    for (int i = 0; i < segments.size(); i++) {
      int number = segments.page(i);
      boolean trusted = segments.isClean(i);
      pages.read(number, page);
      cells.each(
          page,
          i,
          cell -> {
            int fields = index.columns().length;
            if (hash.read(page, cell, fields) && hash.fields() == fields) {
              long key = hash.keyOfEntry(shape, index);
              action.at(comparison, key, hash.ofEntry(), number, cell.start(), trusted);
            }
          });
    }
  }

  private static int bucket(long key) {
    return (int) (EntryHash.mix(3, key) >>> 20) & BUCKETS - 1;
  }

  /** Rows or entries, one beside the other. */
  private static final class Collected {
    private long[] keys = new long[1024];
    private long[] values = new long[1024];
    private long[] places = new long[1024];
    private int size;

    void add(long key, long value, int page, int start, boolean trusted) {
      if (size == keys.length) {
        keys = Arrays.copyOf(keys, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
        places = Arrays.copyOf(places, 2 * size);
      }
      keys[size] = key;
      values[size] = value;
      places[size++] = (long) page << 18 | (long) start << 1 | (trusted ? 1 : 0);
    }

    /** Their numbers in the order of their keys. */
    int[] order() {
      Integer[] order = new Integer[size];
      Arrays.setAll(order, i -> i);
      Arrays.sort(
          order,
          (a, b) ->
              keys[a] != keys[b]
                  ? Long.compare(keys[a], keys[b])
                  : Long.compare(values[a], values[b]));
      return Arrays.stream(order).mapToInt(i -> i).toArray();
    }

    int page(int i) {
      return (int) (places[i] >>> 18);
    }

    int start(int i) {
      return (int) (places[i] >>> 1) & 0x1ffff;
    }

    boolean isTrusted(int i) {
      return (places[i] & 1) != 0;
    }
  }

  /** Who is right where a row and an index disagree. */
  private final class Hearing {
    private final boolean indexIntact;
    private final Collected accused = new Collected();

    /** Of each accused row the index page that speaks against it, 0 where an entry is missing. */
    private int[] witnesses = new int[64];

    private final Map<Integer, Integer> againstPages = new HashMap<>();
    private final Map<Integer, Integer> byWitness = new HashMap<>();
    private final Testimony testimony;

    Hearing(boolean indexIntact, Testimony testimony) {
      this.indexIntact = indexIntact;
      this.testimony = testimony;
    }

    void compare(Collected rows, Collected entries) {
      int[] ours = rows.order();
      int[] theirs = entries.order();
      int i = 0;
      int j = 0;
      while (i < ours.length || j < theirs.length) {
        long key =
            j == theirs.length || i < ours.length && rows.keys[ours[i]] <= entries.keys[theirs[j]]
                ? rows.keys[ours[i]]
                : entries.keys[theirs[j]];
        int rowsEnd = i;
        while (rowsEnd < ours.length && rows.keys[ours[rowsEnd]] == key) {
          rowsEnd++;
        }
        int entriesEnd = j;
        while (entriesEnd < theirs.length && entries.keys[theirs[entriesEnd]] == key) {
          entriesEnd++;
        }
        if (i == rowsEnd) {
          testimony.lost(key);
        } else {
          compareOne(rows, ours, i, rowsEnd, entries, theirs, j, entriesEnd);
        }
        i = rowsEnd;
        j = entriesEnd;
      }
    }

    private void compareOne(
        Collected rows,
        int[] ours,
        int from,
        int to,
        Collected entries,
        int[] theirs,
        int entriesFrom,
        int entriesTo) {
      int witness = -1;
      for (int j = entriesFrom; j < entriesTo; j++) {
        for (int i = from; i < to; i++) {
          if (rows.values[ours[i]] == entries.values[theirs[j]]) {
            // An index that also says what the row says is no witness against it.
            return;
          }
        }
        if (entries.isTrusted(theirs[j])) {
          witness = entries.page(theirs[j]);
        }
      }
      if (entriesFrom == entriesTo && indexIntact) {
        witness = 0;
      }
      if (witness >= 0) {
        for (int i = from; i < to; i++) {
          accuse(rows, ours[i], witness);
        }
      }
    }

    private void accuse(Collected rows, int row, int witness) {
      if (accused.size == witnesses.length) {
        witnesses = Arrays.copyOf(witnesses, 2 * accused.size);
      }
      witnesses[accused.size] = witness;
      accused.add(
          rows.keys[row], rows.values[row], rows.page(row), rows.start(row), rows.isTrusted(row));
      againstPages.merge(rows.page(row), 1, Integer::sum);
      byWitness.merge(witness, 1, Integer::sum);
    }

    /**
     * A lost write of one index page contradicts rows of many pages, damage to one table page is
     * contradicted by many index pages: the page with more disagreements is the damaged one.
     */
    void judge() {
      for (int i = 0; i < accused.size; i++) {
        int against = againstPages.get(accused.page(i));
        int by = byWitness.get(witnesses[i]);
        boolean alone = witnesses[i] == 0 && by <= FEW;
        if (!accused.isTrusted(i) || by <= against || alone) {
          suspects.add(accused.page(i), accused.start(i));
        }
      }
    }
  }
}
