package dev.sqlguard.format;

import java.io.IOException;
import java.util.Optional;

/**
 * What an auto-vacuum database says of each page's use and parent (file format, section 1.8). Keeps
 * one pointer map page in memory.
 */
public final class PointerMap {
  /** Of a page, in the order of their codes from 1 on. */
  public enum Use {
    BTREE_ROOT,
    FREE,
    FIRST_OVERFLOW,
    LATER_OVERFLOW,
    BTREE_CHILD;

    private static final Use[] BY_CODE = values();

    private boolean hasParent() {
      return ordinal() >= FIRST_OVERFLOW.ordinal();
    }
  }

  /**
   * @param parent the b-tree page with the cell of a {@link Use#FIRST_OVERFLOW}, the page before a
   *     {@link Use#LATER_OVERFLOW}, the parent of a {@link Use#BTREE_CHILD}; else 0
   */
  public record Entry(Use use, long parent) {}

  private static final int ENTRY_SIZE = 5;

  private final ImageReader image;
  private final Geometry geometry;
  private final byte[] map;
  private long mapPage;

  public PointerMap(ByteSource image, Geometry geometry) {
    this.image = new ImageReader(image, geometry.pageSize());
    this.geometry = geometry;
    this.map = new byte[geometry.pageSize()];
  }

  /**
   * Empty for pages that have no entry (the first, those of the map itself, the one with the lock
   * bytes, any outside the image) and where the entry makes no sense.
   */
  public Optional<Entry> entry(long page) throws IOException {
    if (page < 3
        || page > geometry.pages()
        || page == Geometry.lockBytePage(geometry.pageSize())
        || geometry.isPointerMapPage(page)) {
      return Optional.empty();
    }
    long wanted = geometry.pointerMapPageOf(page);
    int at = (int) (page - wanted - 1) * ENTRY_SIZE;
    if (at < 0 || at + ENTRY_SIZE > geometry.usableSize() || !load(wanted)) {
      return Optional.empty();
    }
    int code = BigEndian.u8(map, at);
    long parent = BigEndian.u32(map, at + 1);
    if (code < 1 || code > Use.BY_CODE.length) {
      return Optional.empty();
    }
    Use use = Use.BY_CODE[code - 1];
    boolean sensible =
        use.hasParent() ? parent >= 1 && parent <= geometry.pages() && parent != page : parent == 0;
    return sensible ? Optional.of(new Entry(use, parent)) : Optional.empty();
  }

  private boolean load(long wanted) throws IOException {
    if (mapPage != wanted) {
      mapPage = image.read(wanted, map) ? wanted : 0;
    }
    return mapPage == wanted;
  }
}
