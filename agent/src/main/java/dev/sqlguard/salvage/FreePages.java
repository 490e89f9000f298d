package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.salvage.Pages.Use;
import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;

/**
 * Marks the pages of the freelist (file format, section 1.5), which hold deleted rows: by the
 * header's chain of trunks, and where that breaks off also by trunks that are known by their shape.
 * What a tree uses is not free, whatever the freelist says.
 */
final class FreePages {
  private final Pages pages;
  private final byte[] trunk;

  FreePages(Pages pages) {
    this.pages = pages;
    this.trunk = new byte[pages.geometry().pageSize()];
  }

  /** The pages that the header's chain of trunks lists, also where it breaks off. */
  record Listed(BitSet pages, boolean whole) {}

  /** Marks nothing. */
  Listed list(Optional<DatabaseHeader> header) throws IOException {
    BitSet listed = new BitSet();
    boolean whole = header.isPresent();
    long next = header.isPresent() ? header.get().firstFreelistTrunk() : 0;
    while (next != 0) {
      if (next < 2
          || !pages.exists(next)
          || listed.get((int) next)
          || !pages.read(next, trunk)
          || !isTrunk()) {
        whole = false;
        break;
      }
      listed.set((int) next);
      for (int i = 0; i < leaves(); i++) {
        listed.set((int) BigEndian.u32(trunk, 8 + 4 * i));
      }
      next = BigEndian.u32(trunk, 0);
    }
    whole &= header.isPresent() && listed.cardinality() == header.get().freelistPages();
    return new Listed(listed, whole);
  }

  /**
   * @return whether the freelist is whole
   */
  boolean mark(Optional<DatabaseHeader> header) throws IOException {
    Listed listed = list(header);
    listed.pages().stream().forEach(this::mark);
    boolean whole = listed.whole();
    if (!whole) {
      markByShape();
    }
    return whole;
  }

  private void markByShape() throws IOException {
    for (long number = 2; number <= pages.count(); number++) {
      if (!pages.isUsed(number) && pages.read(number, trunk) && isTrunk() && leaves() > 1) {
        markTrunk(number);
      }
    }
  }

  private long leaves() {
    return BigEndian.u32(trunk, 4);
  }

  private boolean isTrunk() {
    long leaves = leaves();
    long next = BigEndian.u32(trunk, 0);
    if (leaves > pages.geometry().usableSize() / 4 - 2 || next == 1 || next > pages.count()) {
      return false;
    }
    BitSet seen = new BitSet();
    for (int i = 0; i < leaves; i++) {
      long leaf = BigEndian.u32(trunk, 8 + 4 * i);
      if (leaf < 2 || !pages.exists(leaf) || pages.use(leaf) == Use.BTREE || seen.get((int) leaf)) {
        return false;
      }
      seen.set((int) leaf);
    }
    return true;
  }

  private void markTrunk(long number) {
    mark(number);
    long leaves = leaves();
    for (int i = 0; i < leaves; i++) {
      mark(BigEndian.u32(trunk, 8 + 4 * i));
    }
  }

  private void mark(long page) {
    if (!pages.isUsed(page)) {
      pages.use(page, Use.FREE);
    }
  }
}
