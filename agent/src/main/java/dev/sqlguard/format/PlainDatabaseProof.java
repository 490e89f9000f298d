package dev.sqlguard.format;

import java.io.IOException;

/**
 * Positive proof that a file which SQLite calls "not a database" once was a plain, unencrypted one:
 * most of its pages beyond the header are b-tree pages of one page size (file format, section 1.6).
 * Encrypted, random or foreign bytes can't pass: the cell pointers of a page must all point into
 * its cell content area.
 */
public final class PlainDatabaseProof {
  private static final int LARGEST_SAMPLE = 4096;
  private static final int FEWEST_PAGES = 3;

  private PlainDatabaseProof() {}

  /** Whether the proof holds for any page size. Reads at most a few thousand pages of each size. */
  public static boolean holds(ByteSource image) throws IOException {
    for (int pageSize = 512; pageSize <= 65536; pageSize *= 2) {
      if (holds(image, pageSize)) {
        return true;
      }
    }
    return false;
  }

  private static boolean holds(ByteSource image, int pageSize) throws IOException {
    long pages = image.size() / pageSize;
    long stride = Math.max(1, pages / LARGEST_SAMPLE);
    byte[] page = new byte[pageSize];
    int seen = 0;
    int btree = 0;
    for (long number = 2; number <= pages; number += stride) {
      if (image.read((number - 1) * pageSize, page, 0, pageSize) < pageSize) {
        break;
      }
      if (isZero(page)) {
        continue;
      }
      seen++;
      if (isBtreePage(page, pages)) {
        btree++;
      }
    }
    return btree >= FEWEST_PAGES && btree * 2 > seen;
  }

  /** A page after the first, with at least one cell, whose every pointer is plausible. */
  static boolean isBtreePage(byte[] page, long pages) {
    int type = BigEndian.u8(page, 0);
    boolean interior = type == 2 || type == 5;
    if (!interior && type != 10 && type != 13) {
      return false;
    }
    int headerSize = interior ? 12 : 8;
    int cells = BigEndian.u16(page, 3);
    int rawContent = BigEndian.u16(page, 5);
    int content = rawContent == 0 ? 65536 : rawContent;
    int pointersEnd = headerSize + 2 * cells;
    if (cells == 0 || pointersEnd > content || content >= page.length) {
      return false;
    }
    if (BigEndian.u16(page, 1) >= page.length || BigEndian.u8(page, 7) > 60) {
      return false;
    }
    if (interior) {
      long rightMost = BigEndian.u32(page, 8);
      if (rightMost < 2 || rightMost > pages) {
        return false;
      }
    }
    for (int i = 0; i < cells; i++) {
      int cell = BigEndian.u16(page, headerSize + 2 * i);
      if (cell < content || cell >= page.length) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(byte[] page) {
    for (byte b : page) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
