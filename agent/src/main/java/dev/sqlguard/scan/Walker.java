package dev.sqlguard.scan;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.format.PageSum;
import dev.sqlguard.format.PointerMap;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.schema.IndexSchema;
import java.io.IOException;
import java.util.List;

/**
 * Walks b-trees in the order of their keys, and checks on the way what one thread can check. It has
 * a page of each level in memory, and never more than one overflowing record for each.
 */
final class Walker {
  /** SQLite's own limit (BTCURSOR_MAX_DEPTH). */
  private static final int DEEPEST = 20;

  private final ImageLayout layout;
  private final Geometry geometry;
  private final References references;
  private final PointerMapCheck map;
  private final Suspicions suspicions;
  private final Crew crew;
  private final PageWindow pages;
  private final OverflowChain chain;
  private final BtreePageCheck check;
  private final CellCursor cell;
  private final ValueHash hash = new ValueHash();
  private final byte[][] levels = new byte[DEEPEST][];
  private final Entry[] lows = new Entry[DEEPEST];
  private final Entry[] highs = new Entry[DEEPEST];
  private final ScanProgress progress;
  private final PageSum sum = new PageSum();

  private Tree tree;
  private boolean rowids;
  private int leafType;
  private KeyOrder order;
  private RowEntries rowEntries;
  private int lastWanted;
  private boolean endsWithRowid;
  private int fewestFields;
  private int mostFields;
  private EntrySum entries;
  private EntrySum[] ofRows;
  private RowSink sink;

  private boolean hasLastRowid;
  private long lastRowid;
  private long highestRowid;

  /**
   * @param crew where parts of large trees are left for others; null to walk them alone
   */
  Walker(
      ImageLayout layout,
      ByteSource image,
      References references,
      Suspicions suspicions,
      Crew crew,
      ScanProgress progress) {
    this.layout = layout;
    this.geometry = layout.geometry();
    this.references = references;
    PointerMap pointers = layout.hasPointerMap() ? new PointerMap(image, geometry) : null;
    this.map = new PointerMapCheck(pointers, suspicions);
    this.suspicions = suspicions;
    this.crew = crew;
    this.progress = progress;
    this.pages = new PageWindow(image, geometry);
    PageWindow overflow = new PageWindow(image, geometry);
    this.chain = new OverflowChain(geometry, overflow, references, map, suspicions, sum);
    this.check = new BtreePageCheck(geometry);
    this.cell = new CellCursor(geometry);
  }

  /** The whole freelist. */
  void walkFreelist() throws IOException {
    new FreelistCheck(layout, pages, references, map, suspicions).run();
  }

  /** The pointer map's pages: only for what they say as a part of the image. */
  void readPointerMap() throws IOException {
    byte[] page = level(0);
    for (long number = 2; layout.hasPointerMap() && number <= geometry.pages(); ) {
      number = geometry.pointerMapPageOf(number);
      if (isPage(number)) {
        pages.read(number, page);
        sum.add(number, page, 0, geometry.pageSize());
      }
      number += geometry.usableSize() / 5 + 1;
    }
  }

  /** Of all used pages that were read. */
  PageSum sum() {
    return sum;
  }

  /** One tree, whose rows {@code to} is told. */
  void walk(Tree whole, RowSink to) throws IOException {
    sink = to;
    walk(Task.whole(whole));
    sink = null;
  }

  /** What it comes to is added to the task's tree. */
  void walk(Task task) throws IOException {
    begin(task.tree());
    int height = task.height();
    boolean root = height == Task.ROOT;
    if (root && !meet(task.page(), PointerMap.Use.BTREE_ROOT, 0)) {
      return;
    }
    height = root ? heightOf(task.page()) : height;
    if (height < 0) {
      return;
    }
    if (rowids) {
      table(task.page(), height, task.bounded(), task.low(), task.high());
    } else {
      index(task.page(), height, task.lowEntry(), task.highEntry());
    }
    tree.add(entries, ofRows);
    if (rowEntries != null && rowEntries.undecided() != null) {
      tree.leaveUndecided(rowEntries.undecided());
    }
  }

  private void begin(Tree next) throws IOException {
    if (next != tree) {
      tree = next;
      rowids = next.kind() == Tree.Kind.TABLE;
      if (next.kind() == Tree.Kind.ANY && isPage(next.root())) {
        int at = pages.seek(next.root()) + BtreePage.headerAt(next.root());
        int type = BigEndian.u8(pages.bytes(), at);
        rowids = type == BtreePage.LEAF_TABLE || type == BtreePage.INTERIOR_TABLE;
      }
      leafType = rowids ? BtreePage.LEAF_TABLE : BtreePage.LEAF_INDEX;
      List<KeyOrder.Field> fields = next.order();
      order = fields == null ? null : new KeyOrder(fields, layout.encoding());
      rowEntries = next.table() == null ? null : new RowEntries(next.table(), next.fed());
      lastWanted =
          next.index() != null
              ? next.index().fields().length - 1
              : rowEntries != null ? rowEntries.lastWanted() : -1;
      lastWanted = sink == null ? lastWanted : Integer.MAX_VALUE;
      endsWithRowid = next.endsWithRowid();
      fewestFields = next.fewestFields();
      mostFields = next.mostFields();
    }
    entries = new EntrySum();
    ofRows = next.newSums();
  }

  /**
   * How many levels stand above the leaves, on the way to the first of them; -1 if it's endless.
   */
  private int heightOf(long root) throws IOException {
    byte[] page = level(0);
    long number = root;
    for (int height = 0; height < DEEPEST; height++) {
      if (!isPage(number)) {
        suspect(number, "a child page outside of the file");
        return -1;
      }
      pages.read(number, page);
      String wrong = check.open(page, number);
      if (wrong != null) {
        suspect(number, wrong);
        return -1;
      }
      if (!BtreePage.isInterior(check.type())) {
        return height;
      }
      check.beginCells();
      if (check.cells() == 0) {
        number = check.rightChild();
      } else if (check.cell(0, cell)) {
        number = cell.leftChild();
      } else {
        suspect(number, "its first cell isn't within its place");
        return -1;
      }
    }
    suspect(root, "the b-tree is deeper than any can be");
    return -1;
  }

  private boolean isPage(long number) {
    return number >= 1 && number <= geometry.pages();
  }

  /** Whether the page is one of the image that nothing else leads to. */
  private boolean meet(long number, PointerMap.Use use, long parent) throws IOException {
    if (!references.add(number)) {
      suspect(number, "in the b-tree, but met before or outside of the file");
      return false;
    }
    if (number > 1) {
      map.expect(number, use, parent, tree.name());
    }
    return true;
  }

  private byte[] level(int height) {
    if (levels[height] == null) {
      levels[height] = new byte[geometry.pageSize() + BigEndian.PADDING];
      lows[height] = new Entry();
      highs[height] = new Entry();
    }
    return levels[height];
  }

  private void suspect(long page, String what) {
    suspicions.add(page, tree.name(), what);
  }

  /**
   * Reads a page of the tree.
   *
   * @return null, and a suspicion, where it isn't one that can stand there
   */
  private byte[] open(long number, int height) throws IOException {
    if (suspicions.isFull()) {
      return null;
    }
    byte[] page = level(height);
    pages.read(number, page);
    String wrong = check.open(page, number);
    int expected =
        height == 0 ? leafType : rowids ? BtreePage.INTERIOR_TABLE : BtreePage.INTERIOR_INDEX;
    if (wrong == null && check.type() != expected) {
      wrong = "a page of another type or depth than the b-tree has there";
    }
    if (wrong == null && check.cells() == 0 && !mayBeEmpty(number, height)) {
      wrong = "a page without a cell";
    }
    if (wrong != null) {
      suspect(number, wrong);
      return null;
    }
    check.beginCells();
    sum.add(number, page, 0, geometry.pageSize());
    return page;
  }

  /** Only a root; and an interior one only where the first page had no room for its only child. */
  private boolean mayBeEmpty(long number, int height) {
    return height == 0 ? number == tree.root() : number == 1;
  }

  private boolean isCell(int i, long number) {
    if (check.cell(i, cell)) {
      return true;
    }
    suspect(number, "cell " + i + " isn't within its place, or shares it");
    return false;
  }

  private void close(long number) {
    String wrong = check.close();
    if (wrong != null) {
      suspect(number, wrong);
    }
  }

  /** A page, and what is below it. */
  private void table(long number, int height, boolean bounded, long low, long high)
      throws IOException {
    byte[] page = open(number, height);
    if (page == null) {
      return;
    }
    if (height == 0) {
      tableLeaf(page, number, bounded, low, high);
      return;
    }
    int cells = check.cells();
    long[] keys = new long[cells];
    long[] children = new long[cells + 1];
    for (int i = 0; i < cells; i++) {
      if (!isCell(i, number)) {
        return;
      }
      keys[i] = cell.rowid();
      children[i] = cell.leftChild();
      if (i > 0 ? keys[i] <= keys[i - 1] : bounded && keys[i] <= low) {
        suspect(number, "rowid " + keys[i] + " is out of order");
      }
    }
    if (cells > 0 && keys[cells - 1] > high) {
      suspect(number, "rowid " + keys[cells - 1] + " is beyond what its parent says");
    }
    children[cells] = check.rightChild();
    close(number);
    for (int i = 0; i <= cells; i++) {
      boolean hasLow = i > 0 || bounded;
      long above = i > 0 ? keys[i - 1] : low;
      long upTo = i < cells ? keys[i] : high;
      if (!meet(children[i], PointerMap.Use.BTREE_CHILD, number)) {
        continue;
      }
      if (isForOthers(height)) {
        crew.add(new Task(tree, children[i], height - 1, number, hasLow, above, upTo, null, null));
      } else if (height > 1) {
        table(children[i], height - 1, hasLow, above, upTo);
      } else {
        byte[] leaf = open(children[i], 0);
        if (leaf != null) {
          tableLeaf(leaf, children[i], hasLow, above, upTo);
        }
      }
    }
    report();
  }

  private void tableLeaf(byte[] page, long number, boolean bounded, long low, long high)
      throws IOException {
    lastRowid = low;
    hasLastRowid = bounded;
    highestRowid = high;
    int cells = check.cells();
    for (int i = 0; i < cells; i++) {
      if (!tableCell(i, page, number)) {
        return;
      }
    }
    close(number);
  }

  /**
   * One row. The JVM compiles what is called often long before what loops long, so cells have
   * methods of their own.
   *
   * @return false where the page is no use beyond this cell
   */
  private boolean tableCell(int i, byte[] page, long number) throws IOException {
    if (!isCell(i, number)) {
      return false;
    }
    long rowid = cell.rowid();
    if (hasLastRowid && rowid <= lastRowid || rowid > highestRowid) {
      suspect(number, "rowid " + rowid + " is out of order");
    }
    hasLastRowid = true;
    lastRowid = rowid;
    Entry row = lows[0];
    if (read(row, page, number)) {
      row(row, rowid);
    }
    return true;
  }

  /** Whether the record can be used; where it can't, that has been said. */
  private boolean read(Entry entry, byte[] page, long number) throws IOException {
    Entry.Result result =
        entry.read(page, number, cell, tree.name(), lastWanted, chain, suspicions);
    if (result == Entry.Result.BROKEN) {
      return false;
    }
    if (result == Entry.Result.TOO_LONG) {
      tree.leaveUndecided("a record is very long");
      entries.add(0, 0);
      return false;
    }
    if (entry.record().fields() < fewestFields || entry.record().fields() > mostFields) {
      suspect(number, "a record with " + entry.record().fields() + " fields");
      return false;
    }
    return true;
  }

  private void row(Entry row, long rowid) {
    entries.add(0, 0);
    if (ofRows.length > 0) {
      rowEntries.add(row, rowid, ofRows);
    }
    if (sink != null) {
      sink.row(row, rowid);
    }
  }

  /**
   * Takes the entry of an index, or the row of a table without rowids, that {@link #cell} stands
   * at.
   *
   * @param before its neighbour; null where it isn't there
   * @param next where the record is put
   * @return null where it can't be used; that has been said
   */
  private Entry entry(Entry before, Entry next, byte[] page, long number) throws IOException {
    if (!read(next, page, number)) {
      return null;
    }
    if (before != null && order != null) {
      compare(before, next, number);
    }
    IndexSchema index = tree.index();
    if (index == null) {
      row(next, 0);
      return next;
    }
    RecordCursor record = next.record();
    byte[] bytes = next.bytes();
    int at = next.at();
    int last = record.fields() - 1;
    if (endsWithRowid && !SerialType.isInteger(record.type(last))) {
      suspect(number, "an entry doesn't end with a rowid");
    }
    long a = ValueHash.firstOfEntry();
    long b = ValueHash.secondOfEntry();
    for (int i = 0; i <= last; i++) {
      hash.of(record, i, bytes, at, false);
      a = ValueHash.joinFirst(a, hash.first());
      b = ValueHash.joinSecond(b, hash.second());
    }
    entries.add(ValueHash.finished(a), ValueHash.finished(b));
    return next;
  }

  /** A page, and what is below it. */
  private void index(long number, int height, Entry low, Entry high) throws IOException {
    byte[] page = open(number, height);
    if (page == null) {
      return;
    }
    if (height == 0) {
      indexLeaf(page, number, low, high);
      return;
    }
    int cells = check.cells();
    for (int i = 0; i < cells; i++) {
      if (!isCell(i, number)) {
        return;
      }
    }
    long rightChild = check.rightChild();
    close(number);
    Entry below = low;
    for (int i = 0; i <= cells; i++) {
      Entry above = high;
      long child = rightChild;
      if (i < cells) {
        // Children have used the cursor, and the checker, in the meantime.
        check.open(page, number);
        check.pointTo(i, cell);
        child = cell.leftChild();
        above = entry(below, i % 2 == 0 ? lows[height] : highs[height], page, number);
      }
      if (meet(child, PointerMap.Use.BTREE_CHILD, number)) {
        if (isForOthers(height)) {
          Entry lowCopy = copy(below);
          Entry highCopy = copy(above);
          crew.add(
              new Task(
                  tree, child, height - 1, number, false, 0, Long.MAX_VALUE, lowCopy, highCopy));
        } else if (height > 1) {
          index(child, height - 1, below, above);
        } else {
          byte[] leaf = open(child, 0);
          if (leaf != null) {
            indexLeaf(leaf, child, below, above);
          }
        }
      }
      below = above;
    }
    report();
  }

  /**
   * Whether a page is left to another thread, with all that is below it. Not where somebody waits
   * for the rows: those of sqlite_schema are wanted before there is any other work.
   */
  private boolean isForOthers(int height) {
    return sink == null && crew != null && (crew.isYoung() || height > 1 && crew.isHungry());
  }

  private static Entry copy(Entry entry) {
    if (entry == null) {
      return null;
    }
    Entry copy = new Entry();
    copy.copyOf(entry);
    return copy;
  }

  private void indexLeaf(byte[] page, long number, Entry low, Entry high) throws IOException {
    int cells = check.cells();
    Entry last = low;
    for (int i = 0; i < cells; i++) {
      if (!isCell(i, number)) {
        return;
      }
      last = entry(last, i % 2 == 0 ? lows[0] : highs[0], page, number);
    }
    compare(last, high, number);
    close(number);
  }

  /** Two neighbours, or an entry and what bounds it; nothing where one of them isn't there. */
  private void compare(Entry before, Entry after, long number) {
    if (order == null || before == null || after == null) {
      return;
    }
    int sign =
        order.compare(
            before.record(),
            before.bytes(),
            before.at(),
            after.record(),
            after.bytes(),
            after.at());
    if (sign >= 0) {
      suspect(number, sign > 0 ? "entries are out of order" : "the same entry is there twice");
    } else if (tree.index() != null
        && tree.index().unique()
        && order.equalFields() >= tree.index().keys()
        && !hasNull(before, tree.index().keys())) {
      suspect(number, "a UNIQUE index has two entries of one key");
    }
  }

  /** NULLs are all different. */
  private static boolean hasNull(Entry entry, int fields) {
    for (int i = 0; i < fields; i++) {
      if (KeyOrder.isNull(entry.record(), i, entry.bytes(), entry.at())) {
        return true;
      }
    }
    return false;
  }

  private void report() {
    progress.scanned(references.count(), geometry.pages());
  }
}
