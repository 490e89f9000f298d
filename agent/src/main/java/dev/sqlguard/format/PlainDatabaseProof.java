package dev.sqlguard.format;

import java.io.IOException;
import java.util.OptionalInt;

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

  /**
   * The page size for which the proof holds; empty where it holds for none. Reads at most a few
   * thousand pages of each size.
   */
  public static OptionalInt pageSize(ByteSource image) throws IOException {
    for (int pageSize = 512; pageSize <= 65536; pageSize *= 2) {
      if (holds(image, pageSize)) {
        return OptionalInt.of(pageSize);
      }
    }
    return OptionalInt.empty();
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
      if (BtreePage.isPlausible(page, pages)) {
        btree++;
      }
    }
    return btree >= FEWEST_PAGES && btree * 2 > seen;
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
