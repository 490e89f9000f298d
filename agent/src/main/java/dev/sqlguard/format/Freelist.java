package dev.sqlguard.format;

import java.io.IOException;
import java.util.BitSet;

/** The chain of freelist trunk pages (file format, section 1.5). */
final class Freelist {
  private Freelist() {}

  /**
   * The numbers of all free pages, trunks included. A chain that is broken, cyclic or points
   * outside the image ends where it stops making sense: what it doesn't prove free isn't free.
   */
  static BitSet pages(ByteSource image, DatabaseHeader header) throws IOException {
    BitSet free = new BitSet();
    long pages = image.size() / header.pageSize();
    byte[] trunk = new byte[header.pageSize()];
    long next = header.firstFreelistTrunk();
    while (next > 1 && next <= pages && next <= Integer.MAX_VALUE && !free.get((int) next)) {
      free.set((int) next);
      long at = (next - 1) * header.pageSize();
      if (image.read(at, trunk, 0, trunk.length) < trunk.length) {
        break;
      }
      long leaves = BigEndian.u32(trunk, 4);
      if (leaves > trunk.length / 4 - 2) {
        break;
      }
      for (int i = 0; i < leaves; i++) {
        long leaf = BigEndian.u32(trunk, 8 + 4 * i);
        if (leaf > 1 && leaf <= pages && leaf <= Integer.MAX_VALUE) {
          free.set((int) leaf);
        }
      }
      next = BigEndian.u32(trunk, 0);
    }
    return free;
  }
}
