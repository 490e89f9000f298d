package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Takes the cells out of a damaged leaf, one by one: first those that the cell pointer array leads
 * to, then, where pointers lead to nothing, whatever stands in the content area between the others.
 */
final class LeafSurgery {
  /** The smallest unit that a disk writes; torn pages change their origin at its multiples. */
  private static final int SECTOR = 512;

  /**
   * @param kept the cells that are rows of this page, in the order of their keys
   * @param damaged cells that a pointer leads to and that aren't, or not to be trusted
   * @param missing how many cells the page had besides, as far as its header tells
   * @param scanned whether no array of pointers leads to them: then nothing says that this is a
   *     leaf at all, and not a page of another kind on which cells of former times stand
   */
  record Result(List<Cell> kept, List<Cell> damaged, int missing, boolean scanned) {
    boolean isHopeless() {
      return kept.isEmpty();
    }
  }

  /** Where a cell stands on its page. */
  record Cell(int start, int end) {}

  private final Geometry geometry;
  private final CellCheck check;
  private final CellCursor left;
  private final CellCursor right;

  LeafSurgery(Geometry geometry, CellCheck check) {
    this.geometry = geometry;
    this.check = check;
    this.left = new CellCursor(geometry);
    this.right = new CellCursor(geometry);
  }

  /**
   * @param type the page's type, whatever its first byte says
   * @param range what its parents let it hold
   */
  Result operate(byte[] page, long number, int type, KeyRange range) throws IOException {
    return operate(page, PageLayout.of(page, number, type), range, false);
  }

  /**
   * @param counted whether the number of cells is what the pointers say themselves, instead of the
   *     header
   */
  private Result operate(byte[] page, PageLayout layout, KeyRange range, boolean counted)
      throws IOException {
    int type = layout.type();
    int pointers = layout.possibleCells(geometry);
    List<Cell> found = new ArrayList<>();
    List<Integer> slots = new ArrayList<>();
    List<Cell> damaged = new ArrayList<>();
    BitSet failed = new BitSet();
    for (int i = 0; i < pointers; i++) {
      int at = layout.pointer(page, i);
      boolean plausible = at >= layout.endOfPointers() && at + 4 <= geometry.usableSize();
      if (plausible && parse(page, type, at) && fits(page, range)) {
        found.add(new Cell(at, left.end()));
        slots.add(i);
      } else {
        failed.set(i);
        if (plausible) {
          damaged.add(new Cell(at, Math.min(geometry.usableSize(), at + 4)));
        }
      }
    }
    List<Cell> kept = inOrder(page, type, found, slots, failed, damaged);
    boolean hopelessPointers = kept.size() * 2 < pointers || pointers == 0;
    int wanted = hopelessPointers ? Integer.MAX_VALUE : failed.cardinality();
    List<Cell> rescued =
        wanted == 0 ? List.of() : scan(page, layout, range, kept, hopelessPointers, failed);
    boolean explained = !hopelessPointers && rescued.size() >= failed.cardinality();
    List<Cell> untrusted =
        explained ? List.of() : acrossBadSectors(page, layout, pointers, kept, damaged);
    kept.removeAll(untrusted);
    damaged.addAll(untrusted);
    kept.addAll(rescued);
    kept.sort((a, b) -> compare(page, type, a, b));
    damaged.removeIf(cell -> overlapsAny(cell, kept));
    int missing = Math.max(0, pointers - kept.size() - damaged.size());
    Result result = new Result(kept, damaged, missing, hopelessPointers);
    boolean believed = counted || hasWholeHeader(page, layout);
    return hopelessPointers && !believed ? byPointersAlone(page, layout, range, result) : result;
  }

  private boolean hasWholeHeader(byte[] page, PageLayout layout) {
    return page[layout.headerAt()] == layout.type()
        && layout.endOfPointers() <= layout.content()
        && layout.content() <= geometry.usableSize()
        && layout.freeBytes(page, geometry) >= 0;
  }

  /**
   * Where the header is wrong about the number of cells, but the array of pointers is whole: only
   * what it leads to is a row. What else the scan has found was deleted, or moved, or lost its
   * pointer; it counts as damaged.
   */
  private Result byPointersAlone(byte[] page, PageLayout layout, KeyRange range, Result scan)
      throws IOException {
    PageLayout counted = layout.withCells(risingPointers(page, layout, range));
    if (counted.cells() < 2 || counted.cells() * 2 < scan.kept().size()) {
      return scan;
    }
    Result result = operate(page, counted, range, true);
    for (Cell cell : scan.kept()) {
      if (!overlapsAny(cell, result.kept())
          && result.kept().stream()
              .noneMatch(row -> compare(page, layout.type(), row, cell) == 0)) {
        result.damaged().add(cell);
      }
    }
    return result;
  }

  /** How many pointers from the first on lead to rows of this page, one behind the other. */
  private int risingPointers(byte[] page, PageLayout layout, KeyRange range) throws IOException {
    BitSet taken = new BitSet(geometry.usableSize());
    Cell last = null;
    int most = layout.withCells(geometry.usableSize()).possibleCells(geometry);
    for (int i = 0; i < most; i++) {
      int at = layout.pointer(page, i);
      int endOfPointers = layout.pointersAt() + 2 * (i + 1);
      int content = taken.isEmpty() ? geometry.usableSize() : taken.nextSetBit(0);
      if (at < endOfPointers
          || content < endOfPointers
          || !parse(page, layout.type(), at)
          || !fits(page, range)) {
        return i;
      }
      Cell cell = new Cell(at, left.end());
      int next = taken.nextSetBit(at);
      if (next >= 0 && next < cell.end()
          || last != null && compare(page, layout.type(), last, cell) >= 0) {
        return i;
      }
      taken.set(cell.start(), cell.end());
      last = cell;
    }
    return most;
  }

  private boolean parse(byte[] page, int type, int at) {
    return left.parse(page, type, at);
  }

  /** Whether the cell that was parsed last is a row of this page. */
  private boolean fits(byte[] page, KeyRange range) throws IOException {
    return check.isExact(page, left) && check.order().contains(range, page, left);
  }

  private int compare(byte[] page, int type, Cell a, Cell b) {
    left.parse(page, type, a.start());
    right.parse(page, type, b.start());
    return check.order().compare(page, left, page, right);
  }

  /**
   * Cells whose keys rise in the order of their pointers: the longest such row of them, and of
   * cells that overlap only one.
   */
  private List<Cell> inOrder(
      byte[] page,
      int type,
      List<Cell> found,
      List<Integer> slots,
      BitSet failed,
      List<Cell> damaged) {
    int n = found.size();
    boolean[] chosen = RisingKeys.of(n, (i, j) -> compare(page, type, found.get(i), found.get(j)));
    Integer[] byStart = new Integer[n];
    Arrays.setAll(byStart, i -> i);
    Arrays.sort(byStart, Comparator.comparing(i -> found.get(i).start()));
    int last = -1;
    for (int i : byStart) {
      if (!chosen[i]) {
        continue;
      }
      if (last >= 0 && found.get(i).start() < found.get(last).end()) {
        chosen[endsAtAnother(found.get(last), found) ? i : last] = false;
        if (!chosen[i]) {
          continue;
        }
      }
      last = i;
    }
    List<Cell> kept = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      if (chosen[i]) {
        kept.add(found.get(i));
      } else {
        failed.set(slots.get(i));
        damaged.add(found.get(i));
      }
    }
    return kept;
  }

  /** Cells stand side by side: one that ends where another begins is most likely whole. */
  private boolean endsAtAnother(Cell cell, List<Cell> all) {
    if (cell.end() == geometry.usableSize()) {
      return true;
    }
    for (Cell other : all) {
      if (other.start() == cell.end()) {
        return true;
      }
    }
    return false;
  }

  /** Cells between the known ones and outside of free blocks, by the most bytes they explain. */
  private List<Cell> scan(
      byte[] page,
      PageLayout layout,
      KeyRange range,
      List<Cell> kept,
      boolean anyKey,
      BitSet failed)
      throws IOException {
    int usable = geometry.usableSize();
    int from = layout.endOfPointers();
    if (from > usable || from > layout.content() && anyKey) {
      from = layout.pointersAt();
    }
    boolean headerHolds = !anyKey && layout.freeBytes(page, geometry) >= 0;
    if (headerHolds && layout.content() >= from && layout.content() <= usable) {
      from = Math.min(layout.content(), firstStart(kept, usable));
    }
    BitSet taken = new BitSet(usable);
    for (Cell cell : kept) {
      taken.set(cell.start(), cell.end());
    }
    if (headerHolds) {
      excludeFreeBlocks(page, layout, taken);
    }
    List<Cell> rescued = new ArrayList<>();
    List<KeyRange> slots = anyKey ? List.of(range) : openSlots(page, layout, range, kept, failed);
    for (int at = taken.nextClearBit(from); at < usable; at = taken.nextClearBit(at)) {
      int next = taken.nextSetBit(at);
      int end = next < 0 ? usable : Math.min(next, usable);
      scanRegion(page, layout.type(), slots, at, end, rescued);
      at = end;
    }
    dropDoubleKeys(page, layout.type(), kept, rescued);
    return rescued;
  }

  private static int firstStart(List<Cell> cells, int otherwise) {
    int first = otherwise;
    for (Cell cell : cells) {
      first = Math.min(first, cell.start());
    }
    return first;
  }

  private void excludeFreeBlocks(byte[] page, PageLayout layout, BitSet taken) {
    int block = BigEndian.u16(page, layout.headerAt() + 1);
    while (block != 0) {
      taken.set(block, block + BigEndian.u16(page, block + 2));
      block = BigEndian.u16(page, block);
    }
  }

  /** Between which keys the cells of the failed pointers must have been. */
  private List<KeyRange> openSlots(
      byte[] page, PageLayout layout, KeyRange range, List<Cell> kept, BitSet failed) {
    List<KeyRange> slots = new ArrayList<>();
    Bound low = range.low();
    boolean open = false;
    int next = 0;
    for (int i = 0; i < layout.possibleCells(geometry); i++) {
      if (failed.get(i)) {
        open = true;
        continue;
      }
      if (next == kept.size()) {
        break;
      }
      left.parse(page, layout.type(), kept.get(next++).start());
      Bound bound = Bound.of(page, left, check.order().rowids());
      if (open) {
        slots.add(new KeyRange(low, bound));
      }
      open = false;
      low = bound;
    }
    if (open) {
      slots.add(new KeyRange(low, range.high()));
    }
    return slots;
  }

  private void scanRegion(
      byte[] page, int type, List<KeyRange> slots, int from, int to, List<Cell> rescued)
      throws IOException {
    int n = to - from;
    if (n < 4) {
      return;
    }
    int[] best = new int[n + 1];
    int[] ends = new int[n + 1];
    for (int i = n - 4; i >= 0; i--) {
      best[i] = best[i + 1];
      if (parse(page, type, from + i)
          && left.end() <= to
          && left.payloadSize() > 0
          && check.isAcceptable(page, left)
          && isInOne(slots, page)) {
        int end = left.end() - from;
        int covered = end - i + best[end];
        if (covered > best[i]) {
          best[i] = covered;
          ends[i] = end;
        }
      }
    }
    int i = 0;
    while (i < n) {
      if (ends[i] > 0) {
        rescued.add(new Cell(from + i, from + ends[i]));
        i = ends[i];
      } else {
        i++;
      }
    }
  }

  private boolean isInOne(List<KeyRange> slots, byte[] page) {
    for (KeyRange slot : slots) {
      if (check.order().contains(slot, page, left)) {
        return true;
      }
    }
    return false;
  }

  private void dropDoubleKeys(byte[] page, int type, List<Cell> kept, List<Cell> rescued) {
    List<Cell> all = new ArrayList<>(kept);
    all.addAll(rescued);
    all.sort((a, b) -> compare(page, type, a, b));
    for (int i = 1; i < all.size(); i++) {
      if (compare(page, type, all.get(i - 1), all.get(i)) == 0) {
        rescued.remove(all.get(i - 1));
        rescued.remove(all.get(i));
      }
    }
  }

  /**
   * Cells that reach into a sector where every cell that should begin there doesn't: the sector is
   * another page's, and the cell's end with it.
   */
  private List<Cell> acrossBadSectors(
      byte[] page, PageLayout layout, int pointers, List<Cell> kept, List<Cell> damaged) {
    int sectors = geometry.pageSize() / SECTOR;
    if (sectors < 2) {
      return List.of();
    }
    int[] good = new int[sectors];
    int[] bad = new int[sectors];
    for (Cell cell : kept) {
      good[cell.start() / SECTOR]++;
    }
    for (Cell cell : damaged) {
      bad[cell.start() / SECTOR]++;
    }
    List<Cell> untrusted = new ArrayList<>();
    for (Cell cell : kept) {
      for (int s = cell.start() / SECTOR + 1; s <= (cell.end() - 1) / SECTOR; s++) {
        if (bad[s] > 0 && good[s] == 0) {
          untrusted.add(cell);
          break;
        }
      }
    }
    return untrusted;
  }

  private static boolean overlapsAny(Cell cell, List<Cell> others) {
    for (Cell other : others) {
      if (cell.start() < other.end() && other.start() < cell.end()) {
        return true;
      }
    }
    return false;
  }
}
