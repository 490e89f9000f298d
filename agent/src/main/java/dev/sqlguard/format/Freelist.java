package dev.sqlguard.format;

import java.io.IOException;
import java.util.BitSet;

/** The chain of freelist trunk pages (file format, section 1.5). */
public final class Freelist {
  /**
   * What the chain says. The sets are the caller's own.
   *
   * @param free the numbers of all free pages, trunks included
   * @param trunks those of the trunk pages
   * @param complete whether it can be relied upon: it ends where it should, names no page twice and
   *     none outside the image, and has as many pages as the header says
   */
  public record Report(BitSet free, BitSet trunks, boolean complete) {}

  private final BitSet free = new BitSet();
  private final BitSet trunks = new BitSet();
  private final long pages;
  private final long lockBytePage;
  private boolean sound = true;

  private Freelist(long pages, long lockBytePage) {
    this.pages = Math.min(pages, Integer.MAX_VALUE);
    this.lockBytePage = lockBytePage;
  }

  /**
   * The numbers of all free pages, trunks included. A chain that is broken, cyclic or points
   * outside the image ends where it stops making sense: what it doesn't prove free isn't free.
   */
  static BitSet pages(ByteSource image, DatabaseHeader header) throws IOException {
    return follow(image, header).free;
  }

  /**
   * Follows the chain as far as it makes sense, whatever the bytes: each trunk is read once.
   *
   * @param header the fields {@code firstFreelistTrunk}, {@code freelistPages} and {@code pageSize}
   *     are used
   */
  public static Report report(ByteSource image, DatabaseHeader header) throws IOException {
    Freelist list = follow(image, header);
    boolean complete = list.sound && list.free.cardinality() == header.freelistPages();
    return new Report(list.free, list.trunks, complete);
  }

  private static Freelist follow(ByteSource image, DatabaseHeader header) throws IOException {
    int pageSize = header.pageSize();
    Freelist list = new Freelist(image.size() / pageSize, Geometry.lockBytePage(pageSize));
    byte[] trunk = new byte[pageSize];
    long next = header.firstFreelistTrunk();
    while (next != 0) {
      boolean known = list.isInImage(next) && list.free.get((int) next);
      if (known || !list.add(next)) {
        list.sound = false;
        break;
      }
      list.trunks.set((int) next);
      long at = (next - 1) * pageSize;
      if (image.read(at, trunk, 0, trunk.length) < trunk.length || !list.addLeaves(trunk)) {
        list.sound = false;
        break;
      }
      next = BigEndian.u32(trunk, 0);
    }
    return list;
  }

  private boolean addLeaves(byte[] trunk) {
    long leaves = BigEndian.u32(trunk, 4);
    if (leaves > trunk.length / 4 - 2) {
      return false;
    }
    for (int i = 0; i < leaves; i++) {
      sound &= add(BigEndian.u32(trunk, 8 + 4 * i));
    }
    return true;
  }

  /**
   * @return whether that was sensible; a page outside the image isn't added
   */
  private boolean add(long page) {
    if (!isInImage(page)) {
      return false;
    }
    boolean known = free.get((int) page);
    free.set((int) page);
    return !known && page != lockBytePage;
  }

  private boolean isInImage(long page) {
    return page > 1 && page <= pages;
  }
}
