package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Trees that no schema names. Those with rowids are tables. The others are indexes, or tables
 * WITHOUT ROWID: an index repeats what stands in the rows of its table, so a sample of its entries
 * is looked up. So do tables that relate others; but an index has no row of its table twice, none
 * that says something else, and not more entries than there are rows.
 */
final class NamelessTrees {
  private static final int LARGEST_SAMPLE = 32;

  /** Looked up, but not kept. */
  private static final int LARGEST_CLOSE_LOOK = 512;

  private static final int ENTRIES_PER_PAGE = 16;

  /** Rowids that are further apart than this may count as the same. */
  private static final int ROWID_BITS = 27;

  private static final int SMALLEST_SAMPLE = 4;

  /** So many of a sample prove an index whose other rows are lost. */
  private static final int FEWEST_REPEATED = 8;

  /** Of all trees together, so that they fit into a small heap. */
  private static final int MOST_ENTRIES = 30_000;

  private final Pages pages;
  private final RowValues values;
  private final List<Tree> tables = new ArrayList<>();
  private final List<Candidate> candidates = new ArrayList<>();
  private final LeafRanges leaves = new LeafRanges();
  private final byte[] leaf;
  private final CellCursor cell;
  private final int sampleSize;

  /** A tree without rowids. */
  private static final class Candidate {
    private final Tree tree;

    /** 0 where the schema does name it. */
    private final int root;

    private final int fields;
    private final long rows;
    private final List<long[]> sample = new ArrayList<>();

    /** The same values in the order of the record. */
    private final List<long[]> inOrder = new ArrayList<>();

    /** The last value of each entry of the sample: an index ends with the rowid. */
    private final List<Long> rowids = new ArrayList<>();

    /** The texts of each entry of the sample. */
    private final List<List<byte[]>> texts = new ArrayList<>();

    /** Which entries of the sample were found repeated in larger rows. */
    private boolean[] repeated;

    /** The fields of the larger rows that repeat any. */
    private final Set<Integer> largerFields = new HashSet<>();

    private int found;

    /** How often what was found was the beginning of the larger row, in its order. */
    private int foundAsBeginning;

    Candidate(Tree tree, int root, int fields, long rows) {
      this.tree = tree;
      this.root = root;
      this.fields = fields;
      this.rows = rows;
    }

    /** Leaves entries from all over the sample, for which alone there is memory. */
    private void shrink(int size) {
      while (sample.size() > size) {
        int one = (int) (sample.size() * 0.618);
        sample.remove(one);
        inOrder.remove(one);
      }
      texts.clear();
      rowids.clear();
      repeated = new boolean[sample.size()];
    }
  }

  /**
   * @param known the trees that do have a name
   */
  NamelessTrees(Pages pages, List<Tree> known, List<Orphan> orphans) throws IOException {
    int share = MOST_ENTRIES / Math.max(1, orphans.size());
    this.sampleSize = Math.max(SMALLEST_SAMPLE, Math.min(LARGEST_SAMPLE, share));
    this.pages = pages;
    this.values = new RowValues(pages);
    this.leaf = new byte[pages.geometry().pageSize()];
    this.cell = new CellCursor(pages.geometry());
    for (Tree tree : known) {
      if (tree.order().rowids()) {
        tables.add(tree);
      } else if (tree.segments().size() > 0) {
        candidates.add(new Candidate(tree, 0, tree.shape().stored().size(), rows(tree)));
      }
    }
    Payloads payloads = new Payloads(pages);
    for (Orphan orphan : orphans) {
      boolean rowids = orphan.isOfTable();
      TreeOrder order = rowids ? TreeOrder.byRowid() : TreeOrder.byFields(null);
      Tree tree = new Tree("", new CellCheck(payloads, order, null));
      addLeaves(orphan, tree.segments());
      if (rowids) {
        tables.add(tree);
      } else {
        candidates.add(
            new Candidate(tree, orphan.page, orphan.wholeProfile().fields(), orphan.wholeRows()));
      }
    }
  }

  private long rows(Tree tree) throws IOException {
    long[] rows = new long[1];
    each(tree, 1, (page, row) -> rows[0]++);
    return rows[0];
  }

  private static void addLeaves(Orphan orphan, Segments segments) {
    if (!BtreePage.isInterior(orphan.type)) {
      segments.add(orphan.page, Segments.LEAF, Segments.DAMAGED, KeyRange.ALL);
    }
    for (Orphan child : orphan.children()) {
      addLeaves(child, segments);
    }
  }

  /** The roots of those that are indexes. */
  Set<Integer> indexes() throws IOException {
    for (Tree table : tables) {
      addLeaves(table);
    }
    Set<Integer> indexes = new HashSet<>();
    List<Candidate> undecided = new ArrayList<>();
    for (Candidate candidate : candidates) {
      if (candidate.root > 0) {
        takeSample(candidate);
        if (isIndexOfTable(candidate)) {
          indexes.add(candidate.root);
        } else {
          candidate.shrink(sampleSize);
          undecided.add(candidate);
        }
      }
    }
    lookForRepeated(undecided);
    for (Candidate candidate : undecided) {
      if (isIndexOfLarger(candidate)) {
        indexes.add(candidate.root);
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
      cells.each(page, i, each -> action.at(page, each));
    }
  }

  private void addLeaves(Tree table) throws IOException {
    byte[] page = new byte[pages.geometry().pageSize()];
    SegmentCells cells = new SegmentCells(pages, table);
    Segments segments = table.segments();
    for (int i = 0; i < segments.size(); i++) {
      long[] range = {Long.MAX_VALUE, Long.MIN_VALUE};
      pages.read(segments.page(i), page);
      cells.each(
          page,
          i,
          row -> {
            range[0] = Math.min(range[0], row.rowid());
            range[1] = Math.max(range[1], row.rowid());
          });
      if (range[0] <= range[1]) {
        leaves.add(range[0], range[1], segments.page(i));
      }
    }
  }

  /** Entries from all over the tree, and from all over each of its pages. */
  private void takeSample(Candidate candidate) throws IOException {
    int segments = candidate.tree.segments().size();
    int size = Math.max(LARGEST_SAMPLE, Math.min(LARGEST_CLOSE_LOOK, ENTRIES_PER_PAGE * segments));
    int perSegment = Math.max(1, size / Math.max(1, segments));
    byte[] page = new byte[pages.geometry().pageSize()];
    SegmentCells cells = new SegmentCells(pages, candidate.tree);
    for (int i = 0; i < segments; i += Math.max(1, segments / size)) {
      int number = candidate.tree.segments().page(i);
      pages.read(number, page);
      int cellsHere = PageLayout.of(page, number, BtreePage.LEAF_INDEX).cells();
      int step = Math.max(1, cellsHere / perSegment);
      int[] at = {0};
      cells.each(
          page,
          i,
          entry -> {
            long[] sampled = at[0]++ % step == 0 ? values.of(page, entry, false) : null;
            if (sampled != null) {
              candidate.sample.add(sampled);
              candidate.inOrder.add(values.beginning(sampled.length));
              candidate.texts.add(values.texts(page, entry));
              candidate.rowids.add(values.lastInteger(page, entry));
            }
          });
    }
  }

  /**
   * That its last values are rowids proves nothing: so are those of a reference. A part of an index
   * on an expression repeats its rows in other letters, or parts of them. Where rows are lost, the
   * others decide, if they are enough and of one kind.
   */
  private boolean isIndexOfTable(Candidate index) throws IOException {
    int n = index.sample.size();
    boolean[] repeated = new boolean[n];
    Map<Integer, Integer> kinds = new HashMap<>();
    List<Set<Integer>> others = new ArrayList<>();
    LongSet rowids = new LongSet();
    boolean distinct = true;
    for (int i = 0; i < n; i++) {
      distinct &= rowids.add(index.rowids.get(i));
      Set<Integer> differing = new HashSet<>();
      for (int page : leaves.containing(index.rowids.get(i))) {
        if (findRow(page, index.rowids.get(i))) {
          if (repeats(index, i)) {
            repeated[i] = true;
            kinds.merge(values.fields(), 1, Integer::sum);
          } else {
            differing.add(values.fields());
          }
        }
      }
      others.add(differing);
    }
    int kind = 0;
    int most = 0;
    for (Map.Entry<Integer, Integer> each : kinds.entrySet()) {
      if (each.getValue() > most) {
        kind = each.getKey();
        most = each.getValue();
      }
    }
    int contradicted = 0;
    for (int i = 0; i < n; i++) {
      contradicted += !repeated[i] && others.get(i).contains(kind) ? 1 : 0;
    }
    boolean enough = areEnough(repeated, n) || most >= FEWEST_REPEATED && 2 * most >= n;
    return enough && distinct && contradicted == 0 && hasEachRowOnce(index);
  }

  /** Whether no two entries end with the same rowid. */
  private boolean hasEachRowOnce(Candidate index) throws IOException {
    BitSet seen = new BitSet();
    boolean[] twice = new boolean[1];
    each(
        index.tree,
        1,
        (page, entry) -> {
          int place = (int) values.lastInteger(page, entry) & (1 << ROWID_BITS) - 1;
          twice[0] |= seen.get(place);
          seen.set(place);
        });
    return !twice[0];
  }

  /**
   * Whether a tree is the index of a table WITHOUT ROWID. What has the beginnings of its rows, in
   * their order, is what they refer to: an index like that would be of no use.
   */
  private boolean isIndexOfLarger(Candidate index) throws IOException {
    if (!areEnough(index.repeated, index.sample.size())
        || 2 * index.foundAsBeginning > index.found) {
      return false;
    }
    long rows = 0;
    for (Candidate larger : candidates) {
      rows += index.largerFields.contains(larger.fields) ? larger.rows : 0;
    }
    return index.rows <= rows;
  }

  /** Whether the row that was found says what an entry says beside its rowid. */
  private boolean repeats(Candidate index, int entry) throws IOException {
    long[] row = values.of(leaf, cell, true);
    if (row == null) {
      return false;
    }
    return RowValues.contains(row, index.sample.get(entry))
        || RowValues.containsFolded(
            row, index.sample.get(entry), values.texts(leaf, cell), index.texts.get(entry));
  }

  private boolean findRow(int page, long rowid) throws IOException {
    pages.read(page, leaf);
    PageLayout layout = PageLayout.of(leaf, page, BtreePage.LEAF_TABLE);
    int n = layout.possibleCells(pages.geometry());
    for (int i = 0; i < n; i++) {
      if (cell.parse(leaf, layout.type(), layout.pointer(leaf, i)) && cell.rowid() == rowid) {
        return true;
      }
    }
    return false;
  }

  /**
   * One pass over all rows without rowids, for all samples. Where two trees have as many fields,
   * either might be the other's index: both are kept.
   */
  private void lookForRepeated(List<Candidate> undecided) throws IOException {
    record Wanted(Candidate of, int entry) {}
    Map<Long, Integer> frequency = new HashMap<>();
    for (Candidate candidate : undecided) {
      for (long[] entry : candidate.sample) {
        for (long value : entry) {
          frequency.merge(value, 1, Integer::sum);
        }
      }
    }
    Map<Long, List<Wanted>> byRarestValue = new HashMap<>();
    for (Candidate candidate : undecided) {
      for (int i = 0; i < candidate.sample.size(); i++) {
        long rarest = 0;
        int fewest = Integer.MAX_VALUE;
        for (long value : candidate.sample.get(i)) {
          if (frequency.get(value) < fewest) {
            fewest = frequency.get(value);
            rarest = value;
          }
        }
        byRarestValue
            .computeIfAbsent(rarest, value -> new ArrayList<>())
            .add(new Wanted(candidate, i));
      }
    }
    for (Candidate larger : candidates) {
      each(
          larger.tree,
          1,
          (page, row) -> {
            long[] rowValues = values.of(page, row, false);
            for (int i = 0; rowValues != null && i < rowValues.length; i++) {
              for (Wanted wanted : byRarestValue.getOrDefault(rowValues[i], List.of())) {
                Candidate of = wanted.of();
                long[] entry = of.sample.get(wanted.entry());
                if (of.fields < larger.fields && RowValues.contains(rowValues, entry)) {
                  of.repeated[wanted.entry()] = true;
                  of.largerFields.add(larger.fields);
                  of.found++;
                  long[] beginning = values.beginning(entry.length);
                  boolean same = Arrays.equals(beginning, of.inOrder.get(wanted.entry()));
                  of.foundAsBeginning += same ? 1 : 0;
                }
              }
            }
          });
    }
  }

  private boolean areEnough(boolean[] found, int all) {
    return all > 0 && 10 * count(found) >= 9 * all;
  }

  private static int count(boolean[] found) {
    int hits = 0;
    for (boolean hit : found) {
      hits += hit ? 1 : 0;
    }
    return hits;
  }
}
