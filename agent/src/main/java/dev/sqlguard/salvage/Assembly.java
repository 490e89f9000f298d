package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.store.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes what was found into a new file: the schema as it was, every table, and those indexes that
 * are exactly what the tables need. The others stay empty.
 */
final class Assembly {
  /** What two keys have in common may be as long, then they count as the same. */
  private static final int LONGEST_KEY = 1 << 20;

  private final Pages pages;
  private final Geometry geometry;
  private final Findings findings;
  private final CellCursor cell;
  private final CellPayload payload;

  /** Two, so that the page of the last row written stays readable. */
  private final byte[][] buffers;

  private byte[] page;
  private final Map<String, TableTally> tallies = new HashMap<>();
  private final Set<String> copied = new HashSet<>();
  private final SalvageProgress progress;
  private final Disk disk;
  private Quarantine quarantine;
  private long written;

  Assembly(Pages pages, Findings findings, SalvageProgress progress, Disk disk) {
    this.pages = pages;
    this.geometry = pages.geometry();
    this.findings = findings;
    this.cell = new CellCursor(geometry);
    this.payload = new CellPayload(pages);
    this.buffers = new byte[2][geometry.pageSize()];
    this.page = buffers[0];
    this.progress = progress;
    this.disk = disk;
  }

  Map<String, TableTally> tallies() {
    return tallies;
  }

  /** The names of the indexes that are filled. */
  Set<String> copiedIndexes() {
    return copied;
  }

  /**
   * @param beside a second file for the quarantine, written where something is damaged; null:
   *     {@code out} takes it too
   * @return the quarantine tables that got no row
   */
  List<String> write(Path out, Path beside) throws IOException {
    try {
      return write(out, beside, findings.isDamaged());
    } catch (RowInDoubt e) {
      disk.delete(out);
      tallies.clear();
      copied.clear();
      written = 0;
      return write(out, beside, true);
    }
  }

  /** Only when rows are put side by side it shows that one is out of order. */
  private static final class RowInDoubt extends IOException {
    private static final long serialVersionUID = 1;

    RowInDoubt(long page) {
      super("a row on page " + page + " is out of order");
    }
  }

  private List<String> write(Path out, Path beside, boolean mayNeedQuarantine) throws IOException {
    List<String> empty = new ArrayList<>();
    try (DatabaseWriter writer = new DatabaseWriter(out, findings.layout(), disk);
        DatabaseWriter other =
            mayNeedQuarantine && beside != null
                ? new DatabaseWriter(beside, findings.layout(), disk)
                : null) {
      Map<String, Integer> roots = new HashMap<>();
      for (SchemaRow row : findings.schema()) {
        if (row.root() > 0) {
          roots.put(row.key(), writer.reserveRoot());
        }
      }
      if (mayNeedQuarantine) {
        List<String> taken = other == null ? findings.names() : List.of();
        quarantine =
            new Quarantine(pages, other == null ? writer : other, findings.namelessTrees(), taken);
      }
      for (Tree tree : findings.tables()) {
        write(tree, writer, roots.get("table " + tree.name()));
      }
      for (SchemaRow row : findings.schema()) {
        if (row.isIndex()) {
          writeIndex(row, writer, roots.get(row.key()));
        }
      }
      TreeWriter schema = writer.schema();
      long rowid = 0;
      for (SchemaRow row : findings.schema()) {
        rowid = Math.max(rowid + 1, row.rowid());
        byte[] record =
            row.root() > 0
                ? RecordBuilder.withRootPage(row.record(), roots.get(row.key()))
                : row.record();
        schema.add(rowid, Payload.of(record, 0, record.length));
      }
      if (mayNeedQuarantine) {
        findings.quarantineOrphans(quarantine);
        TreeWriter schemaOfQuarantine = other == null ? schema : other.schema();
        for (Quarantine.Made made : quarantine.finish()) {
          byte[] record = schemaRecord(made);
          schemaOfQuarantine.add(++rowid, Payload.of(record, 0, record.length));
          if (made.rows() == 0) {
            empty.add(made.name());
          }
        }
        if (other != null) {
          schemaOfQuarantine.finish();
        }
      }
      schema.finish();
    }
    return empty;
  }

  long quarantined() {
    return quarantine == null ? 0 : quarantine.rows();
  }

  private byte[] schemaRecord(Quarantine.Made made) {
    var charset = findings.layout().encoding().charset();
    return new RecordBuilder()
        .addText("table".getBytes(charset))
        .addText(made.name().getBytes(charset))
        .addText(made.name().getBytes(charset))
        .addInteger(made.root())
        .addText(made.sql().getBytes(charset))
        .build();
  }

  private void write(Tree tree, DatabaseWriter writer, int root) throws IOException {
    boolean rowids = tree.order().rowids();
    TreeWriter out = rowids ? writer.table(root) : writer.index(root);
    TableTally tally = new TableTally();
    tally.doubts.addAll(tree.segments().doubts());
    tallies.put(tree.name(), tally);
    Row row = new Row(tree, out, tally, findings.backfill(pages, tree));
    Iterator<Gap> gaps = tree.gaps().iterator();
    Gap gap = gaps.hasNext() ? gaps.next() : null;
    SegmentCells cells = new SegmentCells(pages, tree);
    Segments segments = tree.segments();
    for (int i = 0; i < segments.size(); i++) {
      while (gap != null && gap.before() <= i) {
        row.missing(gap.range());
        gap = gaps.hasNext() ? gaps.next() : null;
      }
      page = row.lastPage == buffers[0] ? buffers[1] : buffers[0];
      row.begin(i, segments.page(i));
      pages.read(row.number, page);
      cells.each(page, i, row);
      if (cells.result() != null) {
        quarantineDamaged(tree, i, cells.result(), tally);
        row.missing(segments.range(i));
      }
      progress.at(SalvageProgress.Phase.WRITE, ++written, findings.segments());
    }
    for (; gap != null; gap = gaps.hasNext() ? gaps.next() : null) {
      row.missing(gap.range());
    }
    row.end();
    out.finish();
  }

  private void writeIndex(SchemaRow index, DatabaseWriter writer, int root) throws IOException {
    Tree entries = exactly(index);
    TreeWriter out = writer.index(root);
    if (entries != null) {
      page = buffers[0];
      SegmentCells cells = new SegmentCells(pages, entries);
      Segments segments = entries.segments();
      for (int i = 0; i < segments.size(); i++) {
        pages.read(segments.page(i), page);
        cells.each(page, i, entry -> addRecord(out, entry));
      }
      copied.add(index.name());
    }
    out.finish();
  }

  /** The image's index, if it has what the rows that were written need and nothing else. */
  private Tree exactly(SchemaRow index) {
    TableTally tally = tallies.get(index.table());
    return tally == null || tally.quarantined + tally.destroyed + tally.fromBackup > 0
        ? null
        : findings.testimony(index.table()).exactIndex(index.name(), tally.kept);
  }

  /** To a tree without rowids. */
  private void addRecord(TreeWriter out, CellCursor cell) throws IOException {
    if (!cell.overflows()) {
      out.add(page, cell.payloadAt(), cell.localSize());
    } else {
      out.add(payload.of(page, cell));
    }
  }

  /** What is done with each row of a table. */
  private final class Row implements SegmentCells.Action {
    private final Tree tree;
    private final TreeWriter out;
    private final TableTally tally;
    private final boolean rowids;
    private int segment;
    private int number;
    private long nth;
    private byte[] lastPage;
    private final CellCursor last = new CellCursor(geometry);

    /** Null where no backup can help. */
    private final Backfill backfill;

    private final List<Backfill.Range> missing = new ArrayList<>();

    /** Of rows that left no gap. */
    private final List<Bound> lostKeys;

    private int nextLost;

    /** The last key that came from the backup, null where a row of the image came after it. */
    private Bound filled;

    Row(Tree tree, TreeWriter out, TableTally tally, Backfill backfill) throws IOException {
      this.backfill = backfill;
      this.lostKeys = backfill == null ? List.of() : backfill.lostKeys();
      this.tree = tree;
      this.out = out;
      this.tally = tally;
      this.rowids = tree.order().rowids();
    }

    void begin(int segment, int number) {
      this.segment = segment;
      this.number = number;
      if (tree.segments().isLeaf(segment) && tree.segments().isDamaged(segment)) {
        missing(tree.segments().range(segment));
      }
    }

    /** Rows of these keys are destroyed, as far as they don't come after all. */
    void missing(KeyRange range) {
      if (backfill != null) {
        missing.add(new Backfill.Range(range.low(), range.high(), false));
      }
    }

    void end() throws IOException {
      while (nextLost < lostKeys.size()) {
        missing.add(only(lostKeys.get(nextLost++)));
      }
      if (!missing.isEmpty()) {
        fillUpTo(null);
      }
      tally.fromBackup = backfill == null ? 0 : backfill.rows();
    }

    /**
     * @param next the row in front of which is to be filled, null behind the last one
     */
    private void fillUpTo(CellCursor next) throws IOException {
      boolean vouched =
          (next == null || backfill.isVouchedForBy(page, next))
              && (lastPage == null || filled != null || backfill.isVouchedForBy(lastPage, last));
      if (!vouched) {
        return;
      }
      Bound ceiling = next == null ? null : Bound.of(page, next, rowids);
      for (Backfill.Range range : missing) {
        Bound floor =
            filled != null ? filled : lastPage == null ? null : Bound.of(lastPage, last, rowids);
        Bound end = backfill.fill(range, floor, ceiling, out);
        filled = end == null ? filled : end;
      }
    }

    private void fillBefore(CellCursor cell) throws IOException {
      while (nextLost < lostKeys.size()
          && tree.order().compare(page, cell, lostKeys.get(nextLost)) >= 0) {
        Bound key = lostKeys.get(nextLost++);
        if (tree.order().compare(page, cell, key) > 0) {
          missing.add(only(key));
        }
      }
      if (!missing.isEmpty()) {
        fillUpTo(cell);
        // A damaged leaf goes on behind this row.
        missing.removeIf(range -> !reachesBeyond(range, cell));
      }
    }

    private Backfill.Range only(Bound key) {
      boolean hasBelow = rowids && key.rowid() > Long.MIN_VALUE;
      return new Backfill.Range(hasBelow ? Bound.ofRowid(key.rowid() - 1) : null, key, true);
    }

    private boolean reachesBeyond(Backfill.Range range, CellCursor cell) {
      return !range.only()
          && (range.high() == null || tree.order().compare(page, cell, range.high()) < 0);
    }

    @Override
    public void at(CellCursor cell) throws IOException {
      if (isSuspect(cell)) {
        if (quarantine == null) {
          throw new RowInDoubt(number);
        }
        tally.quarantined +=
            quarantine.add(tree.shape().root(), number, page, cell, rowids) ? 1 : 0;
        if (backfill != null) {
          missing.add(only(Bound.of(page, cell, rowids)));
        }
        return;
      }
      fillBefore(cell);
      if (rowids) {
        if (!cell.overflows()) {
          out.add(cell.rowid(), page, cell.payloadAt(), cell.localSize());
        } else {
          out.add(cell.rowid(), payload.of(page, cell));
        }
      } else {
        addRecord(out, cell);
      }
      remember(cell);
      tally.kept++;
    }

    private void remember(CellCursor cell) {
      filled = null;
      boolean leaf = tree.segments().isLeaf(segment);
      int type = leaf ? tree.order().leafType() : tree.order().interiorType();
      lastPage = page;
      last.parse(page, type, cell.start());
    }

    /** Pages that were found here and there must not overlap. */
    private boolean isBehindLast(CellCursor cell) throws IOException {
      if (lastPage == null) {
        return true;
      }
      TreeOrder order = tree.order();
      int comparison = order.compare(lastPage, last, page, cell);
      if (comparison != 0 || !order.isKnown()) {
        return comparison < 0;
      }
      return !rowids
          && !order.isSame(lastPage, last, page, cell)
          && order.compare(whole(lastPage, last), whole(page, cell)) < 0;
    }

    /** Keys that are alike as far as they stand on their pages may differ on the next ones. */
    private Bound whole(byte[] page, CellCursor cell) throws IOException {
      byte[] record = new byte[(int) Math.min(cell.payloadSize(), LONGEST_KEY)];
      payload.of(page, cell).read(0, record, 0, record.length);
      return new Bound(0, record, cell.payloadSize());
    }

    private boolean isSuspect(CellCursor cell) throws IOException {
      if (findings.suspects().contains(number, cell.start())
          || !isBehindLast(cell)
          || tree.segments().isInferred(segment) && !tree.check().isAcceptable(page, cell)) {
        return true;
      }
      if (findings.isRepeated(tree.name(), nth++)) {
        // For every later attempt, which counts other rows.
        findings.suspects().add(number, cell.start());
        return true;
      }
      return false;
    }
  }

  private void quarantineDamaged(
      Tree tree, int segment, LeafSurgery.Result result, TableTally tally) throws IOException {
    int number = tree.segments().page(segment);
    long before = tally.destroyed + tally.quarantined;
    for (LeafSurgery.Cell each : result.damaged()) {
      boolean parsed = cell.parse(page, tree.order().leafType(), each.start());
      if (parsed
          && quarantine.add(tree.shape().root(), number, page, cell, tree.order().rowids())) {
        tally.quarantined++;
      } else {
        tally.destroyed++;
      }
    }
    tally.destroyed += result.missing();
    if (tally.destroyed + tally.quarantined > before) {
      tally.damaged.add(tree.segments().range(segment));
    }
  }
}
