package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.DatabaseSettings;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.RecordCursor;
import java.io.IOException;
import java.util.Optional;

/**
 * Page size and reserved bytes of an image, from the pages themselves: on a b-tree page cells, free
 * blocks and fragments account for every byte of the content area, and they do so for the right
 * sizes only.
 */
final class GeometryFinder {
  private static final int SAMPLE = 1500;
  private static final int LARGEST_RESERVED = 255;

  /** SQLite refuses a smaller usable size. */
  private static final int SMALLEST_USABLE = 480;

  private final ByteSource image;

  GeometryFinder(ByteSource image) {
    this.image = image;
  }

  /** Empty where no page of any size is a b-tree page. */
  Optional<Geometry> find() throws IOException {
    byte[] head = new byte[DatabaseHeader.SIZE];
    Optional<DatabaseHeader> header =
        image.read(0, head, 0, head.length) < head.length
            ? Optional.empty()
            : DatabaseHeader.parse(head);
    Geometry best = null;
    long bestBytes = 0;
    Geometry said = null;
    if (header.isPresent()) {
      int size = header.get().pageSize();
      int usable = size - DatabaseSettings.parse(head).reserved();
      if (usable >= SMALLEST_USABLE) {
        said = geometry(size, usable);
        if (isFirstPageExplained(said)) {
          return Optional.of(said);
        }
        best = said;
        bestBytes = 2 * explainedBytes(said, 0);
      }
    }
    for (int size = 512; size <= 65536; size *= 2) {
      int usable = mostUsedEnd(size);
      if (usable > 0) {
        Geometry candidate = geometry(size, usable);
        long bytes = explainedBytes(candidate, candidate.equals(said) ? 0 : 1);
        if (bytes > bestBytes) {
          best = candidate;
          bestBytes = bytes;
        }
      }
    }
    boolean trustworthy = bestBytes > 0 || said != null && image.size() <= 2L * said.pageSize();
    return trustworthy && image.size() > 0 ? Optional.ofNullable(best) : Optional.empty();
  }

  /** Odd: an even one might meet nothing but leaves, or nothing but overflow pages. */
  private static long stride(long pages) {
    return Math.max(1, pages / SAMPLE) | 1;
  }

  /** A header is believed where the page behind it fits it to the last byte. */
  private boolean isFirstPageExplained(Geometry geometry) throws IOException {
    byte[] page = new byte[geometry.pageSize()];
    int type = image.read(0, page, 0, page.length) < page.length ? 0 : page[DatabaseHeader.SIZE];
    return BtreePage.isType(type)
        && isExplained(page, 1, type, geometry, new CellCursor(geometry), new RecordCursor());
  }

  private Geometry geometry(int pageSize, int usable) {
    return new Geometry(pageSize, usable, (image.size() + pageSize - 1) / pageSize);
  }

  /** Where the last cells of most pages end; 0 where there are none. */
  private int mostUsedEnd(int pageSize) throws IOException {
    int[] ends = new int[pageSize + 1];
    Geometry whole = geometry(pageSize, pageSize);
    CellCursor cell = new CellCursor(whole);
    byte[] page = new byte[pageSize];
    long pages = whole.pages();
    long stride = stride(pages);
    for (long number = 1; number <= pages; number += stride) {
      if (image.read(whole.offset(number), page, 0, pageSize) < pageSize) {
        break;
      }
      int type = page[BtreePage.headerAt(number)];
      if (!BtreePage.isType(type)) {
        continue;
      }
      PageLayout layout = PageLayout.of(page, number, type);
      int last = 0;
      boolean valid = layout.cells() > 0 && layout.endOfPointers() <= layout.content();
      for (int i = 0; valid && i < layout.cells(); i++) {
        int at = layout.pointer(page, i);
        valid = at >= layout.content() && at < pageSize && cell.parse(page, type, at);
        // Where payload spills the size on the page depends on what is asked for.
        last = !cell.overflows() ? Math.max(last, cell.end()) : last;
      }
      if (valid && last >= Math.max(SMALLEST_USABLE, pageSize - LARGEST_RESERVED)) {
        ends[last]++;
      }
    }
    int most = 0;
    for (int end = 1; end <= pageSize; end++) {
      if (ends[end] > 0 && ends[end] >= ends[most]) {
        most = end;
      }
    }
    return most;
  }

  /**
   * How many bytes of the sample stand on pages that this geometry explains to the last byte.
   *
   * @param fewestCells what a page must have to count
   */
  private long explainedBytes(Geometry geometry, int fewestCells) throws IOException {
    CellCursor cell = new CellCursor(geometry);
    RecordCursor record = new RecordCursor();
    byte[] page = new byte[geometry.pageSize()];
    long stride = stride(geometry.pages());
    long bytes = 0;
    for (long number = 1; number <= geometry.pages(); number += stride) {
      if (image.read(geometry.offset(number), page, 0, page.length) < page.length) {
        break;
      }
      int type = page[BtreePage.headerAt(number)];
      if (BtreePage.isType(type) && isExplained(page, number, type, geometry, cell, record)) {
        boolean counts = PageLayout.of(page, number, type).cells() >= fewestCells;
        bytes += counts ? geometry.pageSize() : 0;
      }
    }
    return bytes;
  }

  private static boolean isExplained(
      byte[] page, long number, int type, Geometry geometry, CellCursor cell, RecordCursor record) {
    PageLayout layout = PageLayout.of(page, number, type);
    if (layout.endOfPointers() > layout.content() || layout.content() > geometry.usableSize()) {
      return false;
    }
    int used = layout.freeBytes(page, geometry);
    if (used < 0) {
      return false;
    }
    for (int i = 0; i < layout.cells(); i++) {
      int at = layout.pointer(page, i);
      if (at < layout.content() || !cell.parse(page, type, at)) {
        return false;
      }
      if (type != BtreePage.INTERIOR_TABLE
          && record.parse(page, cell.payloadAt(), cell.localSize(), cell.payloadSize())
              == RecordCursor.Result.BROKEN) {
        return false;
      }
      used += cell.end() - cell.start();
    }
    return layout.content() + used == geometry.usableSize();
  }
}
