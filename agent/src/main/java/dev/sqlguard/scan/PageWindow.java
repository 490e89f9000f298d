package dev.sqlguard.scan;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.Geometry;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads pages that are asked for one by one, more of them at a time where they turn out to stand
 * one behind the other. What a short last page lacks is zero, as for SQLite.
 */
final class PageWindow {
  /** In bytes. */
  private static final int LARGEST = 1 << 17;

  private final ByteSource image;
  private final Geometry geometry;
  private final byte[] window;
  private final int mostPages;
  private long firstPage = 1;
  private int pages;
  private int ahead = 1;

  PageWindow(ByteSource image, Geometry geometry) {
    this.image = image;
    this.geometry = geometry;
    this.mostPages = Math.max(1, LARGEST / geometry.pageSize());
    this.window = new byte[mostPages * geometry.pageSize()];
  }

  /**
   * @param page of the image
   * @param into at least a page long
   */
  void read(long page, byte[] into) throws IOException {
    int at = seek(page);
    System.arraycopy(window, at, into, 0, geometry.pageSize());
  }

  /**
   * Where in {@link #bytes} a page begins, until the next call.
   *
   * @param page of the image
   */
  int seek(long page) throws IOException {
    if (page < firstPage || page >= firstPage + pages) {
      ahead = page == firstPage + pages ? Math.min(mostPages, 2 * ahead) : 1;
      load(page, (int) Math.min(ahead, geometry.pages() - page + 1));
    }
    return (int) (page - firstPage) * geometry.pageSize();
  }

  byte[] bytes() {
    return window;
  }

  private void load(long page, int count) throws IOException {
    int length = count * geometry.pageSize();
    pages = 0;
    int read = Math.max(0, image.read(geometry.offset(page), window, 0, length));
    Arrays.fill(window, read, length, (byte) 0);
    firstPage = page;
    pages = count;
  }
}
