package dev.sqlguard.format;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Which copy of a page is the newest one of a log: page number to slot, slots numbered in the order
 * of the log. Eight bytes a page, sorted, because a log of a gigabyte has millions of them.
 */
final class PageIndex {
  /** The largest number of slots. */
  static final int MOST_SLOTS = 1 << 30;

  private static final int PAGE_SHIFT = 31;

  /** Page number, slot and whether its checksum proves it, from the highest bit to the lowest. */
  private final long[] entries;

  private PageIndex(long[] entries) {
    this.entries = entries;
  }

  /** The position of the first entry for {@code page} or a later one; {@link #size} if none. */
  int ceiling(long page) {
    int low = 0;
    int high = entries.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (page(middle) < page) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  int size() {
    return entries.length;
  }

  long page(int position) {
    return entries[position] >>> PAGE_SHIFT;
  }

  int slot(int position) {
    return slotOf(entries[position]);
  }

  boolean isProven(int position) {
    return (entries[position] & 1) != 0;
  }

  /** Whether the newest copy of {@code page} is one that no checksum proves. */
  boolean isUnproven(long page) {
    int position = ceiling(page);
    return position < entries.length && page(position) == page && !isProven(position);
  }

  /** The pages whose newest copy is one that no checksum proves, in ascending order. */
  LongStream unproven() {
    return LongStream.of(entries).filter(e -> (e & 1) == 0).map(e -> e >>> PAGE_SHIFT);
  }

  private static int slotOf(long entry) {
    return (int) (entry >>> 1) & MOST_SLOTS - 1;
  }

  /** Collects copies in the order of the log; only what is committed gets into the index. */
  static final class Builder {
    private long[] entries = new long[1024];
    private int count;
    private int lastCommitted = -1;

    /**
     * Adding the same slot again as proven replaces the unproven one.
     *
     * @param page from 1 to 2^32 - 1
     * @param slot not smaller than the one before, less than {@link #MOST_SLOTS}
     */
    void add(long page, int slot, boolean proven) {
      if (count == entries.length) {
        keepNewest();
        // A little room would mean sorting again soon.
        if (count > entries.length / 3 * 2) {
          entries = Arrays.copyOf(entries, entries.length + entries.length / 2);
        }
      }
      entries[count++] = page << PAGE_SHIFT | (long) slot << 1 | (proven ? 1 : 0);
    }

    /** Whatever was added up to {@code slot} counts. */
    void commit(int slot) {
      lastCommitted = slot;
    }

    /**
     * @param pages the size of the image: later pages are left out
     */
    PageIndex build(long pages) {
      keepNewest();
      int kept = 0;
      for (int i = 0; i < count; i++) {
        long entry = entries[i];
        if (slotOf(entry) <= lastCommitted && entry >>> PAGE_SHIFT <= pages) {
          entries[kept++] = entry;
        }
      }
      return new PageIndex(Arrays.copyOf(entries, kept));
    }

    /** Keeps of every page the newest committed copy and the newest of all. */
    private void keepNewest() {
      Arrays.sort(entries, 0, count);
      int kept = 0;
      for (int i = 0; i < count; i++) {
        boolean superseded = i + 1 < count && isSuperseded(entries[i], entries[i + 1]);
        if (!superseded) {
          entries[kept++] = entries[i];
        }
      }
      count = kept;
    }

    /** Whether {@code later}, the next entry in order, makes {@code entry} superfluous. */
    private boolean isSuperseded(long entry, long later) {
      boolean samePage = entry >>> PAGE_SHIFT == later >>> PAGE_SHIFT;
      return samePage && (slotOf(later) <= lastCommitted || slotOf(entry) > lastCommitted);
    }
  }
}
