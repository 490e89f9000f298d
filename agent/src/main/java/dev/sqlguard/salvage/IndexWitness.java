package dev.sqlguard.salvage;

import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.salvage.SalvageProgress.Phase;
import dev.sqlguard.salvage.TableShape.IndexShape;
import java.io.IOException;
import java.util.ArrayList;
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
  private static final int TOGETHER = 3;

  /** So many rows are looked at in one go. */
  private static final int AT_ONCE = 100_000;

  private static final int MOST_PASSES = 24;

  private final Pages pages;
  private final CellSet suspects;
  private final TextEncoding encoding;
  private final Map<String, Testimony> testimonies = new HashMap<>();
  private final SalvageProgress progress;
  private final EntryHash hash;
  private final byte[] page;
  private long done;

  /** The keys of rows of the table at hand that are in quarantine already. */
  private LongSet quarantined;

  /**
   * @param suspects gets the rows that an index contradicts
   */
  IndexWitness(Pages pages, CellSet suspects, TextEncoding encoding, SalvageProgress progress) {
    this.pages = pages;
    this.suspects = suspects;
    this.encoding = encoding;
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
      quarantined = new LongSet();
      Testimony testimony = new Testimony();
      Hearing hearing = new Hearing(testimony, quarantined);
      for (IndexShape index : table.shape().indexes()) {
        Tree entries = byName.get(index.name());
        if (index.isPlain() && entries != null && entries.segments().size() > 0) {
          comparisons.add(new Comparison(index, entries, new IndexProof(index, encoding)));
        }
        if (comparisons.size() == TOGETHER) {
          hear(table, comparisons, hearing, testimony);
        }
      }
      hear(table, comparisons, hearing, testimony);
      hearing.judge(suspects);
      testimonies.put(table.name(), testimony);
    }
    return testimonies;
  }

  /** All of these, of which none is left. */
  private void hear(Tree table, List<Comparison> comparisons, Hearing hearing, Testimony testimony)
      throws IOException {
    if (!comparisons.isEmpty()) {
      sum(table, comparisons);
    }
    for (Comparison comparison : comparisons) {
      if (comparison.told) {
        hear(table, comparison, hearing, testimony);
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
    private final IndexProof proof;

    Comparison(IndexShape index, Tree entries, IndexProof proof) {
      this.index = index;
      this.entries = entries;
      this.proof = proof;
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
          each.proof,
          (comparison, key, value, number, start, trust) -> comparison.sums[bucket(key)] -= value);
    }
  }

  private void hear(Tree table, Comparison comparison, Hearing hearing, Testimony testimony)
      throws IOException {
    long[] sums = comparison.sums;
    long uneven = 0;
    for (long sum : sums) {
      uneven += sum == 0 ? 0 : 1;
    }
    long passes = uneven == 0 ? 0 : comparison.rows * uneven / BUCKETS / AT_ONCE + 1;
    if (passes > MOST_PASSES) {
      return;
    }
    boolean intact = comparison.entries.isIntact();
    if (intact) {
      testimony.wholeIndexHeard();
    }
    if (intact && uneven == 0 && comparison.proof.holds(comparison.rows)) {
      testimony.exact(comparison.entries, comparison.rows);
    }
    hearing.next(intact);
    for (int pass = 0; pass < passes; pass++) {
      int turn = pass;
      int turns = (int) passes;
      Statements theirs = new Statements();
      Statements ours = new Statements();
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
          null,
          (each, key, value, number, start, trust) -> {
            int bucket = bucket(key);
            if (sums[bucket] != 0 && bucket % turns == turn) {
              theirs.add(key, value, number, start, trust);
            }
          });
      hearing.compare(ours, theirs, intact);
    }
  }

  @FunctionalInterface
  private interface Statement {
    void at(Comparison of, long key, long value, int page, int start, boolean trusted);
  }

  private void eachRow(Tree table, List<Comparison> comparisons, Statement action)
      throws IOException {
    TableShape shape = table.shape();
    int keyFields = shape.withoutRowid() ? shape.key().size() : 0;
    int fields = keyFields;
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
            boolean suspect = suspects.contains(number, cell.start());
            if (!hash.read(page, cell, suspect ? keyFields : needed)) {
              return;
            }
            long key = hash.keyOfRow(shape, cell.rowid());
            if (suspect) {
              quarantined.add(key);
              return;
            }
            for (Comparison each : comparisons) {
              long value = hash.ofRow(shape, each.index, cell.rowid());
              action.at(each, key, value, number, cell.start(), trusted);
            }
          });
      progress.at(Phase.COMPARE, ++done, 0);
    }
  }

  /**
   * @param proof gets every entry, too; null where none is wanted
   */
  private void eachEntry(Tree table, Comparison comparison, IndexProof proof, Statement action)
      throws IOException {
    TableShape shape = table.shape();
    IndexShape index = comparison.index;
    Segments segments = comparison.entries.segments();
    SegmentCells cells = new SegmentCells(pages, comparison.entries);
    for (int i = 0; i < segments.size(); i++) {
      int number = segments.page(i);
      boolean trusted = segments.isClean(i);
      pages.read(number, page);
      if (proof != null) {
        proof.page(trusted && segments.isLeaf(i) && !segments.mayOverflow(i));
      }
      cells.each(
          page,
          i,
          cell -> {
            int fields = index.columns().length;
            boolean readable = hash.read(page, cell, fields) && hash.fields() == fields;
            if (readable) {
              long key = hash.keyOfEntry(shape, index);
              action.at(comparison, key, hash.ofEntry(), number, cell.start(), trusted);
            }
            if (proof != null) {
              proof.entry(page, cell, readable && !suspects.contains(number, cell.start()));
            }
          });
    }
  }

  private static int bucket(long key) {
    return (int) (EntryHash.mix(3, key) >>> 20) & BUCKETS - 1;
  }
}
