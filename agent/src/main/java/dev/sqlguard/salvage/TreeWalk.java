package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.salvage.Pages.Use;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks a b-tree from its root and takes what holds together: pages of the right kind, keys within
 * their parent's separators. Everything else becomes a {@link Gap}.
 */
final class TreeWalk {
  static final String UNPROVEN = "its content in the WAL or journal fails its checksum";

  /** A tree of this depth has more rows than a file can hold. */
  private static final int DEEPEST = 24;

  /** A page may be tried again where another pointer leads to it, but not for ever. */
  private static final int MOST_VISITS = 3;

  private final Pages pages;
  private final Geometry geometry;
  private final CellCheck check;
  private final PageCheck pageCheck;
  private final LeafSurgery surgery;
  private final Damages damages;
  private final String name;
  private final byte[] visits;
  private final List<byte[]> buffers = new ArrayList<>();
  private final int inferred;
  private Segments segments;
  private List<Gap> gaps;

  /** Whether the page that was visited last is to be judged later, see {@link UnprovenLeaves}. */
  private boolean cellsAlone;

  /**
   * @param visits how often each page has been tried, shared by all walks of one image
   * @param inferred whether the root is only believed to belong to this tree
   */
  TreeWalk(
      Pages pages, CellCheck check, String name, byte[] visits, Damages damages, boolean inferred) {
    this.pages = pages;
    this.geometry = pages.geometry();
    this.check = check;
    this.pageCheck = new PageCheck(geometry, check);
    this.surgery = new LeafSurgery(geometry, check);
    this.name = name;
    this.visits = visits;
    this.damages = damages;
    this.inferred = inferred ? Segments.INFERRED : 0;
  }

  /** Appends what is found below {@code root}. */
  void walk(long root, KeyRange range, Segments segments, List<Gap> gaps) throws IOException {
    this.segments = segments;
    this.gaps = gaps;
    visit(root, range, 0);
  }

  private void visit(long page, KeyRange range, int depth) throws IOException {
    if (depth > DEEPEST
        || !pages.exists(page)
        || pages.use(page) == Use.BTREE
        || pages.use(page) == Use.ADMINISTRATIVE
        || visits[(int) page] >= MOST_VISITS) {
      gap(page, range, pages.exists(page) ? "is linked twice or elsewhere" : "doesn't exist");
      return;
    }
    visits[(int) page]++;
    byte[] bytes = buffer(depth);
    pages.read(page, bytes);
    int type = bytes[BtreePage.headerAt(page)];
    TreeOrder order = check.order();
    // One flipped bit in the type byte hides a whole page, or makes it look like the other kind.
    boolean taken;
    cellsAlone = false;
    if (type == order.interiorType()) {
      taken =
          interior(page, bytes, range, depth, false)
              || inDisguise(cleanLeaf(page, bytes, range), page, type);
    } else {
      taken =
          cleanLeaf(page, bytes, range)
              || inDisguise(interior(page, bytes, range, depth, true), page, type)
              || damagedLeaf(page, bytes, range)
              || type != order.leafType() && interior(page, bytes, range, depth, false);
      inDisguise(taken && type != order.leafType(), page, type);
    }
    if (!taken) {
      gap(
          page,
          range,
          cellsAlone
              ? "neither its header nor its pointers tell what it is"
              : "isn't a page of this tree");
    }
  }

  private boolean inDisguise(boolean taken, long page, int type) {
    if (taken) {
      damages.add(page, name, "page type " + (type & 0xff) + " is wrong");
    }
    return taken;
  }

  private boolean cleanLeaf(long page, byte[] bytes, KeyRange range) throws IOException {
    PageLayout layout = PageLayout.of(bytes, page, check.order().leafType());
    boolean right = bytes[layout.headerAt()] == layout.type();
    // Zeros are what an empty page of 64 KiB would have behind its type.
    if ((right || layout.cells() > 0) && pageCheck.isClean(bytes, layout, range)) {
      pages.use(page, Use.BTREE);
      int overflows = pageCheck.overflows() ? Segments.OVERFLOWS : 0;
      segments.add((int) page, Segments.LEAF, trust(page, range) | overflows, range);
      return true;
    }
    return false;
  }

  /**
   * Takes cells that an array of pointers leads to. Where none does, the page may be an interior
   * one that was a leaf once: {@link UnprovenLeaves} decides when the orphans are in their places.
   */
  private boolean damagedLeaf(long page, byte[] bytes, KeyRange range) throws IOException {
    LeafSurgery.Result result = surgery.operate(bytes, page, check.order().leafType(), range);
    boolean right = bytes[BtreePage.headerAt(page)] == check.order().leafType();
    if (!isLeaf(result, right)) {
      return false;
    }
    // Entries of an index are only asked about rows, and those on damaged pages hardly.
    cellsAlone = result.scanned() && check.shape() != null;
    if (cellsAlone) {
      return false;
    }
    pages.use(page, Use.BTREE);
    damages.add(page, name, describe(result));
    segments.add((int) page, Segments.LEAF, trust(page, range) | Segments.DAMAGED, range);
    return true;
  }

  /**
   * Whether a page has enough that makes sense to be a leaf.
   *
   * @param right whether it says that it is one
   */
  static boolean isLeaf(LeafSurgery.Result result, boolean right) {
    return !result.isHopeless() && (right || result.kept().size() > 2 * result.damaged().size());
  }

  static String describe(LeafSurgery.Result result) {
    int lost = result.damaged().size() + result.missing();
    int all = result.kept().size() + lost;
    return lost == 0
        ? "leaf with a damaged header, all " + all + " cells found"
        : "leaf, " + lost + " of " + all + " cells damaged";
  }

  private int trust(long page, KeyRange range) {
    if (!pages.isSuspect(page)) {
      return inferred;
    }
    damages.add(page, name, UNPROVEN);
    segments.doubt(range);
    return Segments.INFERRED;
  }

  /**
   * The children of an interior page, as far as its cells make sense.
   *
   * @param strict whether all of them have to
   */
  private boolean interior(long page, byte[] bytes, KeyRange range, int depth, boolean strict)
      throws IOException {
    TreeOrder order = check.order();
    PageLayout layout = PageLayout.of(bytes, page, order.interiorType());
    int n = layout.possibleCells(geometry);
    boolean[] valid = validCells(bytes, layout, n, range);
    int good = 0;
    for (boolean each : valid) {
      good += each ? 1 : 0;
    }
    boolean last = isChild(layout.rightMostChild(bytes));
    if (good * 2 < n || n != layout.cells() || n == 0 && !last) {
      return false;
    }
    if (strict && (good < n || n == 0 || !last)) {
      return false;
    }
    pages.use(page, Use.BTREE);
    if (good < n || !last) {
      damages.add(page, name, "interior page, " + (n - good) + " of " + n + " cells damaged");
    }
    int trust = trust(page, range);
    CellCursor cell = new CellCursor(geometry);
    Bound low = range.low();
    for (int i = 0; i < n; i++) {
      if (!valid[i]) {
        if (i == 0 || valid[i - 1]) {
          gap(0, new KeyRange(low, nextBound(bytes, layout, valid, i, range)), "");
        }
        continue;
      }
      cell.parse(bytes, layout.type(), layout.pointer(bytes, i));
      Bound high = Bound.of(bytes, cell, order.rowids());
      visit(cell.leftChild(), new KeyRange(low, high), depth + 1);
      if (!order.rowids()) {
        int overflows = cell.overflows() ? Segments.OVERFLOWS : 0;
        segments.add((int) page, i, trust | overflows, KeyRange.ALL);
      }
      low = high;
    }
    if (last) {
      visit(layout.rightMostChild(bytes), new KeyRange(low, range.high()), depth + 1);
    } else {
      gap(0, new KeyRange(low, range.high()), "");
    }
    return true;
  }

  private boolean[] validCells(byte[] bytes, PageLayout layout, int n, KeyRange range)
      throws IOException {
    TreeOrder order = check.order();
    CellCursor current = new CellCursor(geometry);
    CellCursor other = new CellCursor(geometry);
    int[] cells = new int[n];
    int candidates = 0;
    for (int i = 0; i < n; i++) {
      int at = layout.pointer(bytes, i);
      if (at >= layout.endOfPointers()
          && current.parse(bytes, layout.type(), at)
          && isChild(current.leftChild())
          && (order.rowids() || check.isExact(bytes, current))
          && order.contains(range, bytes, current)) {
        cells[candidates++] = i;
      }
    }
    boolean[] rising =
        RisingKeys.of(
            candidates,
            (a, b) -> {
              current.parse(bytes, layout.type(), layout.pointer(bytes, cells[a]));
              other.parse(bytes, layout.type(), layout.pointer(bytes, cells[b]));
              return order.compareBelievingly(bytes, current, bytes, other);
            });
    boolean[] valid = new boolean[n];
    for (int i = 0; i < candidates; i++) {
      valid[cells[i]] = rising[i];
    }
    return valid;
  }

  private Bound nextBound(
      byte[] bytes, PageLayout layout, boolean[] valid, int from, KeyRange range) {
    for (int i = from; i < valid.length; i++) {
      if (valid[i]) {
        CellCursor cell = new CellCursor(geometry);
        cell.parse(bytes, layout.type(), layout.pointer(bytes, i));
        return Bound.of(bytes, cell, check.order().rowids());
      }
    }
    return range.high();
  }

  private boolean isChild(long page) {
    return page > 1 && pages.existed(page);
  }

  private void gap(long page, KeyRange range, String what) {
    gaps.add(new Gap(segments.size(), range, page));
    if (page > 0) {
      damages.add(page, name, what);
    }
  }

  private byte[] buffer(int depth) {
    while (buffers.size() <= depth) {
      buffers.add(new byte[geometry.pageSize()]);
    }
    return buffers.get(depth);
  }

  /** The children that an interior page names, valid or not. */
  static List<Long> children(byte[] bytes, PageLayout layout, Geometry geometry) {
    List<Long> children = new ArrayList<>();
    int n = layout.possibleCells(geometry);
    for (int i = 0; i < n; i++) {
      int at = layout.pointer(bytes, i);
      if (at + 4 <= geometry.usableSize()) {
        children.add(BigEndian.u32(bytes, at));
      }
    }
    children.add(layout.rightMostChild(bytes));
    return children;
  }
}
