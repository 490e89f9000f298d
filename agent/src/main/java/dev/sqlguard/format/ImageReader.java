package dev.sqlguard.format;

import java.io.IOException;
import java.util.Arrays;

/** Reads an image page by page, as SQLite does: what a short last page lacks is zero. */
public final class ImageReader {
  private final ByteSource image;
  private final int pageSize;

  /**
   * @param pageSize in bytes
   */
  public ImageReader(ByteSource image, int pageSize) {
    this.image = image;
    this.pageSize = pageSize;
  }

  /** How many pages the image has; a last page that is cut counts. */
  public long pages() {
    return (image.size() + pageSize - 1) / pageSize;
  }

  /**
   * Reads one page.
   *
   * @param into at least a page long
   * @return false, and nothing read, where the image has no such page
   */
  public boolean read(long page, byte[] into) throws IOException {
    if (page < 1 || page > pages()) {
      return false;
    }
    int read = Math.max(0, image.read((page - 1) * pageSize, into, 0, pageSize));
    Arrays.fill(into, read, pageSize, (byte) 0);
    return true;
  }
}
