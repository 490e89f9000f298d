package dev.sqlguard.salvage;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.Varint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one b-tree from its leaves upward (file format, section 1.6). Every level has one page in
 * memory; a full one is written as soon as it is known that it isn't the level's last but one with
 * nothing behind it. The level that ends up on top is the root.
 *
 * <p>In an index the cell that doesn't fit any more moves up as the divider, in interior pages of
 * both kinds its left child becomes the full page's right-most one. That cell is held back until
 * another one comes: without one the next page would have no cell, which SQLite takes for damage.
 * Then the full page's last cell moves up in its stead, and the held one is the next page's.
 */
final class TreeWriter {
  private static final int POINTER = 4;

  private final NewPages pages;
  private final int root;
  private final boolean table;
  private final int largest;
  private final Runnable whenFinished;
  private final List<Level> levels = new ArrayList<>();
  private final PageBuilder leaf;
  private final byte[] scratch;
  private long lastRowid;
  private boolean started;
  private boolean finished;

  /** One level: its page, and the cell that waits for a successor. */
  private static final class Level {
    final PageBuilder page;
    byte[] held;
    int heldSize;

    Level(PageBuilder page) {
      this.page = page;
    }

    void hold(byte[] bytes, int from, int size) {
      if (held == null) {
        held = new byte[page.bytes().length];
      }
      System.arraycopy(bytes, from, held, 0, size);
      heldSize = size;
    }
  }

  TreeWriter(NewPages pages, int root, boolean table, Runnable whenFinished) {
    this.pages = pages;
    this.root = root;
    this.table = table;
    this.largest = pages.largest(table);
    this.whenFinished = whenFinished;
    this.leaf = level(0).page;
    this.scratch = new byte[pages.geometry().pageSize()];
  }

  /**
   * Adds a row to a table.
   *
   * @throws IllegalArgumentException where {@code rowid} isn't larger than the one before
   * @throws IllegalStateException on an index, or after {@link #finish}
   */
  void add(long rowid, byte[] record, int from, int length) throws IOException {
    if (length > largest) {
      add(rowid, Payload.of(record, from, length));
      return;
    }
    expect(rowid);
    int at = appendRow(rowid, Varint.size(length) + Varint.size(rowid) + length);
    byte[] page = leaf.bytes();
    at = Varint.put(page, at, length);
    at = Varint.put(page, at, rowid);
    System.arraycopy(record, from, page, at, length);
  }

  /**
   * Adds a row to a table, like {@link #add(long, byte[], int, int)}. Where the payload can't be
   * read, the tree is as before and may be continued.
   */
  void add(long rowid, Payload payload) throws IOException {
    expect(rowid);
    int size = putPayload(payload, Varint.size(rowid));
    // The rowid stands between the size and the payload.
    Varint.put(scratch, Varint.size(payload.size()), rowid);
    System.arraycopy(scratch, 0, leaf.bytes(), appendRow(rowid, size), size);
  }

  /**
   * Adds an entry to an index; the caller answers for the order.
   *
   * @throws IllegalStateException on a table, or after {@link #finish}
   */
  void add(byte[] record, int from, int length) throws IOException {
    if (length > largest) {
      add(Payload.of(record, from, length));
      return;
    }
    expectIndex();
    int at = Varint.put(scratch, 0, length);
    System.arraycopy(record, from, scratch, at, length);
    offer(0, 0, scratch, 0, at + length);
  }

  /**
   * Adds an entry to an index, like {@link #add(byte[], int, int)}. Where the payload can't be
   * read, the tree is as before and may be continued.
   */
  void add(Payload payload) throws IOException {
    expectIndex();
    offer(0, 0, scratch, 0, putPayload(payload, 0));
  }

  private void expect(long rowid) {
    expectUnfinished(true);
    if (started && rowid <= lastRowid) {
      throw new IllegalArgumentException("rowid " + rowid + " after " + lastRowid);
    }
  }

  private void expectIndex() {
    expectUnfinished(false);
  }

  private void expectUnfinished(boolean asTable) {
    if (finished || table != asTable) {
      throw new IllegalStateException(
          finished
              ? "the tree is finished"
              : table ? "a row needs a rowid" : "an entry has no rowid");
    }
  }

  private int appendRow(long rowid, int cellSize) throws IOException {
    if (!leaf.fits(cellSize)) {
      int number = pages.writeNext(leaf, true);
      leaf.clear();
      offerRowid(number, lastRowid);
    }
    lastRowid = rowid;
    started = true;
    return leaf.append(cellSize);
  }

  private void offerRowid(int child, long rowid) throws IOException {
    byte[] key = new byte[Varint.LONGEST];
    offer(1, child, key, 0, Varint.put(key, 0, rowid));
  }

  /**
   * Puts the payload's size, {@code gap} bytes, its local part and the number of its first overflow
   * page into {@link #scratch}, having written the overflow pages.
   *
   * @return how many bytes that is
   */
  private int putPayload(Payload payload, int gap) throws IOException {
    long size = payload.size();
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("no record has " + size + " bytes");
    }
    int local = pages.geometry().localSize(size, largest);
    int at = Varint.put(scratch, 0, size) + gap;
    payload.read(0, scratch, at, local);
    at += local;
    if (local < size) {
      int overflow = pages.writeOverflow(payload, local);
      ByteBuffer.wrap(scratch).putInt(at, overflow);
      at += POINTER;
    }
    return at;
  }

  /** A key, and the page left of it, for the end of a level. */
  private void offer(int depth, int child, byte[] key, int from, int length) throws IOException {
    Level level = level(depth);
    if (level.heldSize > 0) {
      raiseHeld(depth);
    }
    int pointer = pointerSize(depth);
    int size = pointer + length;
    if (level.page.fits(size)) {
      int at = level.page.append(size);
      putCell(level.page.bytes(), at, pointer, child, key, from, length);
    } else {
      byte[] cell = new byte[size];
      putCell(cell, 0, pointer, child, key, from, length);
      level.hold(cell, 0, size);
    }
  }

  private static void putCell(
      byte[] into, int at, int pointer, int child, byte[] key, int from, int length) {
    if (pointer > 0) {
      ByteBuffer.wrap(into).putInt(at, child);
    }
    System.arraycopy(key, from, into, at + pointer, length);
  }

  /** The held cell's key becomes the divider behind the full page. */
  private void raiseHeld(int depth) throws IOException {
    Level level = levels.get(depth);
    int pointer = pointerSize(depth);
    if (pointer > 0) {
      level.page.rightChild(ByteBuffer.wrap(level.held).getInt());
    }
    int number = pages.writeNext(level.page, table);
    level.page.clear();
    int length = level.heldSize - pointer;
    level.heldSize = 0;
    offer(depth + 1, number, level.held, pointer, length);
  }

  /** The held cell becomes the only one of a page of its own, behind the page and a divider. */
  private void splitBeforeHeld(int depth) throws IOException {
    Level level = levels.get(depth);
    PageBuilder page = level.page;
    int at = page.lastCellAt();
    int number;
    if (table && depth == 0) {
      long rowid = rowid(page.bytes(), at);
      number = pages.writeNext(page, true);
      offerRowid(number, rowid);
    } else {
      int pointer = pointerSize(depth);
      if (pointer > 0) {
        page.rightChild(page.int32(at));
      }
      int length = keySize(page.bytes(), at + pointer);
      System.arraycopy(page.bytes(), at + pointer, scratch, 0, length);
      page.removeLast();
      number = pages.writeNext(page, table);
      offer(depth + 1, number, scratch, 0, length);
    }
    page.clear();
    page.append(level.held, level.heldSize);
    level.heldSize = 0;
  }

  private static long rowid(byte[] bytes, int at) {
    int behindSize = at + Varint.length(bytes, at, bytes.length);
    return Varint.value(bytes, behindSize, Varint.length(bytes, behindSize, bytes.length));
  }

  /** Without the bytes that fill a cell up to the smallest size: elsewhere it may need none. */
  private int keySize(byte[] bytes, int at) {
    int varint = Varint.length(bytes, at, bytes.length);
    if (table) {
      return varint;
    }
    long size = Varint.value(bytes, at, varint);
    int local = pages.geometry().localSize(size, largest);
    return varint + local + (local < size ? POINTER : 0);
  }

  /** Completes the tree; without rows it is an empty leaf. */
  void finish() throws IOException {
    if (finished) {
      throw new IllegalStateException("the tree is finished");
    }
    finished = true;
    int child = 0;
    int depth = 0;
    completeLevel(depth, child);
    while (depth < levels.size() - 1) {
      child = pages.writeNext(levels.get(depth).page, table);
      depth++;
      completeLevel(depth, child);
    }
    pages.writeRoot(root, levels.get(depth).page, table);
    whenFinished.run();
  }

  /**
   * @param child the right-most one, on all levels but the lowest
   */
  private void completeLevel(int depth, int child) throws IOException {
    Level level = levels.get(depth);
    if (level.heldSize > 0) {
      splitBeforeHeld(depth);
    }
    if (depth > 0) {
      level.page.rightChild(child);
    }
    boolean top = depth == levels.size() - 1;
    if (top && root == 1 && !level.page.fitsBehind(DatabaseHeader.SIZE)) {
      leaveTheFirstPage(depth, child);
    }
  }

  /**
   * The first page has less room. A leaf of a single cell that doesn't fit gets a parent without
   * any cell, which SQLite makes and accepts there only.
   */
  private void leaveTheFirstPage(int depth, int child) throws IOException {
    Level level = levels.get(depth);
    if (level.page.cells() == 1) {
      level(depth + 1);
      return;
    }
    int at = level.page.lastCellAt();
    level.hold(level.page.bytes(), at, level.page.lastCellSize());
    level.page.removeLast();
    splitBeforeHeld(depth);
    if (depth > 0) {
      level.page.rightChild(child);
    }
  }

  private static int pointerSize(int depth) {
    return depth == 0 ? 0 : POINTER;
  }

  private Level level(int depth) {
    if (depth == levels.size()) {
      levels.add(new Level(pages.builder(table, depth == 0)));
    }
    return levels.get(depth);
  }
}
