package dev.sqlguard.format;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntToLongFunction;

/**
 * An image made of a main file and of pages that stand elsewhere. Beyond the end of the main file
 * pages are zero.
 *
 * @param newer where the pages of {@code index} stand
 * @param offsets of a slot in {@code newer}, in bytes
 * @param unprovenToo whether a copy that no checksum proves is taken as well
 * @param size of the image in bytes
 */
record Overlay(
    ByteSource main,
    ByteSource newer,
    int pageSize,
    long size,
    PageIndex index,
    IntToLongFunction offsets,
    boolean unprovenToo)
    implements ByteSource {

  /** In a database that grows every new page is written, but a main file may have been cut. */
  private static final long MOST_GROWTH = 64;

  /** In pages. */
  private static final long ALWAYS_PLAUSIBLE = 1024;

  /**
   * The part of a claimed size that bytes on disk make believable, so that whoever walks all pages
   * comes to an end.
   *
   * @param claimed in pages
   * @param stored how many pages there are, in the main file and elsewhere
   */
  static long plausiblePages(long claimed, long stored) {
    return Math.min(claimed, ALWAYS_PLAUSIBLE + MOST_GROWTH * stored);
  }

  /** The main file as it is. */
  static Overlay none(ByteSource main) {
    PageIndex empty = new PageIndex.Builder().build(0);
    return new Overlay(main, main, 512, main.size(), empty, slot -> 0, false);
  }

  @Override
  public int read(long position, byte[] into, int offset, int length) throws IOException {
    int wanted = (int) Math.max(0, Math.min(length, size - position));
    int done = 0;
    while (done < wanted) {
      long at = position + done;
      long page = at / pageSize + 1;
      int next = index.ceiling(page);
      boolean isListed = next < index.size() && index.page(next) == page;
      long until = isListed ? page * pageSize : startOf(next);
      int n = (int) Math.min(wanted - done, until - at);
      if (isListed && (unprovenToo || index.isProven(next))) {
        long stands = offsets.applyAsLong(index.slot(next)) + at % pageSize;
        fill(newer, stands, into, offset + done, n);
      } else {
        fill(main, at, into, offset + done, n);
      }
      done += n;
    }
    return wanted;
  }

  /** Whether a page is read from elsewhere than the main file. */
  boolean replaces(long page) {
    int position = index.ceiling(page);
    return position < index.size()
        && index.page(position) == page
        && (unprovenToo || index.isProven(position));
  }

  /** The first page from {@code page} on that is read from elsewhere; 0 where there is none. */
  long nextReplaced(long page) {
    for (int at = index.ceiling(page); at < index.size(); at++) {
      if (unprovenToo || index.isProven(at)) {
        return index.page(at);
      }
    }
    return 0;
  }

  private long startOf(int position) {
    return position < index.size() ? (index.page(position) - 1) * pageSize : Long.MAX_VALUE;
  }

  private static void fill(ByteSource from, long position, byte[] into, int offset, int length)
      throws IOException {
    int there = (int) Math.max(0, Math.min(length, from.size() - position));
    int read = there == 0 ? 0 : Math.max(0, from.read(position, into, offset, there));
    Arrays.fill(into, offset + read, offset + length, (byte) 0);
  }
}
