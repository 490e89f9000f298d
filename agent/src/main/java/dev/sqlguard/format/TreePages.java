package dev.sqlguard.format;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.function.LongConsumer;

/** Which pages b-trees are made of (file format, section 1.6), overflow pages left out. */
public final class TreePages {
  private TreePages() {}

  /**
   * The pages reached from {@code roots} through the child pointers of interior pages. A pointer to
   * a broken page is followed to it and no further; each page is visited once, whatever the bytes.
   */
  public static BitSet reachable(ByteSource image, int pageSize, Collection<Long> roots)
      throws IOException {
    long pages = image.size() / pageSize;
    BitSet reached = new BitSet();
    Deque<Integer> open = new ArrayDeque<>();
    for (long root : roots) {
      visit(root, pages, reached, open);
    }
    byte[] page = new byte[pageSize];
    while (!open.isEmpty()) {
      int number = open.pop();
      if (image.read((long) (number - 1) * pageSize, page, 0, pageSize) == pageSize) {
        eachChild(page, number, child -> visit(child, pages, reached, open));
      }
    }
    return reached;
  }

  /** The child pointers of an interior page as they stand there; of other pages none. */
  static void eachChild(byte[] page, int number, LongConsumer action) {
    int start = number == 1 ? DatabaseHeader.SIZE : 0;
    int type = BigEndian.u8(page, start);
    if (type != BtreePage.INTERIOR_INDEX && type != BtreePage.INTERIOR_TABLE) {
      return;
    }
    int cells = BigEndian.u16(page, start + 3);
    for (int i = 0; i < cells; i++) {
      int pointer = start + BtreePage.INTERIOR_HEADER + 2 * i;
      if (pointer + 2 > page.length) {
        break;
      }
      int cell = BigEndian.u16(page, pointer);
      if (cell + 4 <= page.length) {
        action.accept(BigEndian.u32(page, cell));
      }
    }
    action.accept(BigEndian.u32(page, start + 8));
  }

  private static void visit(long page, long pages, BitSet reached, Deque<Integer> open) {
    if (page >= 1 && page <= Math.min(pages, Integer.MAX_VALUE) && !reached.get((int) page)) {
      reached.set((int) page);
      open.push((int) page);
    }
  }
}
