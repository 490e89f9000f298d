package dev.sqlguard.salvage;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.Geometry;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/** The pages of an image, and what each is found to be used for. */
final class Pages {
  /** What a page is used for. */
  enum Use {
    UNKNOWN,
    BTREE,
    OVERFLOW,
    FREE,
    /** Pointer maps and the page with the lock bytes. */
    ADMINISTRATIVE
  }

  private static final int READ_AHEAD = 1 << 16;

  /**
   * Headers that go on in overflow pages, for each page of the image. A sound file has at most one,
   * which is read a few times; a hostile one may pretend to have them everywhere.
   */
  private static final long HEADERS_PER_PAGE = 64;

  private final ByteSource image;
  private final Geometry geometry;
  private final byte[] uses;
  private final long once;
  private final LongPredicate suspect;

  /** The page within which the file ends, 0 where there is none, and how many bytes it has. */
  private final long cutPage;

  private final int cutAt;
  private final byte[] block;
  private long blockAt = -1;
  private int blockLength;
  private long lastAt;
  private long headersRead;

  /**
   * @param once how many pages there once were, if the image was cut
   */
  Pages(ByteSource image, Geometry geometry, long once) {
    this(image, geometry, once, page -> false, OptionalLong.empty());
  }

  /**
   * @param suspect the numbers of pages whose content isn't proven
   * @param end where the image ends within a page
   */
  Pages(ByteSource image, Geometry geometry, long once, LongPredicate suspect, OptionalLong end) {
    this.suspect = suspect;
    this.cutPage = end.isPresent() ? end.getAsLong() / geometry.pageSize() + 1 : 0;
    this.cutAt = end.isPresent() ? (int) (end.getAsLong() % geometry.pageSize()) : 0;
    this.image = image;
    this.once = Math.max(once, geometry.pages());
    this.geometry = geometry;
    this.uses = new byte[Math.toIntExact(geometry.pages() + 1)];
    this.block = new byte[Math.max(READ_AHEAD, geometry.pageSize())];
  }

  Geometry geometry() {
    return geometry;
  }

  int count() {
    return uses.length - 1;
  }

  boolean exists(long page) {
    return page >= 1 && page < uses.length;
  }

  /** Whether there was such a page before the image was cut. */
  boolean existed(long page) {
    return page >= 1 && page <= once;
  }

  /** Whether something beside the main file says that the page may have other content. */
  boolean isSuspect(long page) {
    return suspect.test(page);
  }

  /** Whether the file ends within the first {@code bytes} of a page. */
  boolean isCutWithin(long page, int bytes) {
    return page == cutPage && bytes > cutAt;
  }

  /** Counts the headers that are read from overflow pages; false once they are too many. */
  boolean mayReadHeader() {
    return headersRead++ < HEADERS_PER_PAGE * (count() + HEADERS_PER_PAGE);
  }

  Use use(long page) {
    return Use.values()[uses[(int) page]];
  }

  boolean isUsed(long page) {
    return uses[(int) page] != 0;
  }

  void use(long page, Use use) {
    uses[(int) page] = (byte) use.ordinal();
  }

  /**
   * Reads one page; the end of a file that ends within it is filled up with zeros, and cells of
   * which only the beginning is there are taken away: with these zeros they would pass for whole.
   *
   * @return false where there is no such page
   */
  boolean read(long page, byte[] into) throws IOException {
    if (!exists(page)) {
      return false;
    }
    readBytes(page, into);
    if (page == cutPage) {
      CutPage.dropCutCells(into, page, geometry, cutAt);
    }
    return true;
  }

  private void readBytes(long page, byte[] into) throws IOException {
    long at = geometry.offset(page);
    int size = geometry.pageSize();
    boolean forward = at > lastAt && at - lastAt <= block.length;
    lastAt = at;
    int there;
    if (at >= blockAt && at + size <= blockAt + blockLength) {
      System.arraycopy(block, (int) (at - blockAt), into, 0, size);
      return;
    } else if (forward) {
      blockAt = at;
      blockLength = Math.max(0, image.read(at, block, 0, block.length));
      there = Math.min(size, blockLength);
      System.arraycopy(block, 0, into, 0, there);
    } else {
      // The pages of a tree that has grown at random stand anywhere: what comes behind is of no
      // use.
      there = Math.max(0, image.read(at, into, 0, size));
    }
    Arrays.fill(into, there, size, (byte) 0);
  }
}
