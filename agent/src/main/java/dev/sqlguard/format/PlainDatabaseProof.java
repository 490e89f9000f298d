package dev.sqlguard.format;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Positive proof that a file whose schema SQLite can't read is, or once was, a plain, unencrypted
 * database: its pages are b-tree pages of one page size (file format, section 1.6). Encrypted,
 * random or foreign bytes can't pass: the cell pointers of a page must all point into its cell
 * content area.
 */
public final class PlainDatabaseProof {
  private static final int LARGEST_SAMPLE = 4096;
  private static final int FEWEST_PAGES = 3;

  private PlainDatabaseProof() {}

  /**
   * Whether the proof holds. A header alone proves nothing, since some ciphers leave it readable;
   * but where it tells the page size, the first page or most of the others are enough, however few
   * they are.
   */
  public static boolean holds(ByteSource image) throws IOException {
    Optional<DatabaseHeader> header = DatabaseHeader.read(image);
    if (header.isEmpty()) {
      return pageSize(image).isPresent();
    }
    int pageSize = header.get().pageSize();
    return isFirstPagePlausible(image, pageSize)
        || Sample.of(image, pageSize).proves(1)
        || pageSize(image).isPresent();
  }

  /**
   * The page size that most pages beyond the first prove, without the help of a header; empty where
   * they prove none. It is the one with the most plausible pages: a page that is plausible is so
   * under larger sizes too, where it happens to lie at their start. Reads at most a few thousand
   * pages of each size.
   */
  public static OptionalInt pageSize(ByteSource image) throws IOException {
    int best = 0;
    Sample most = Sample.NONE;
    for (int pageSize = 512; pageSize <= 65536; pageSize *= 2) {
      Sample sample = Sample.of(image, pageSize);
      if (sample.btreePages() > most.btreePages()) {
        best = pageSize;
        most = sample;
      }
    }
    return most.proves(FEWEST_PAGES) ? OptionalInt.of(best) : OptionalInt.empty();
  }

  private static boolean isFirstPagePlausible(ByteSource image, int pageSize) throws IOException {
    byte[] page = new byte[pageSize];
    return image.read(0, page, 0, pageSize) == pageSize
        && BtreePage.isPlausible(page, DatabaseHeader.SIZE, image.size() / pageSize);
  }

  /** Pages of one size, evenly spread, without those that are empty. */
  private record Sample(int btree, int seen, long stride) {
    static final Sample NONE = new Sample(0, 0, 1);

    static Sample of(ByteSource image, int pageSize) throws IOException {
      long pages = image.size() / pageSize;
      long stride = Math.max(1, pages / LARGEST_SAMPLE);
      byte[] page = new byte[pageSize];
      int seen = 0;
      int btree = 0;
      for (long number = 2; number <= pages; number += stride) {
        if (image.read((number - 1) * pageSize, page, 0, pageSize) < pageSize) {
          break;
        }
        if (isZero(page) || BtreePage.isEmptyLeaf(page)) {
          continue;
        }
        seen++;
        if (BtreePage.isPlausible(page, 0, pages)) {
          btree++;
        }
      }
      return new Sample(btree, seen, stride);
    }

    /** How many there are in the whole file, about. */
    long btreePages() {
      return btree * stride;
    }

    boolean proves(int fewest) {
      return btree >= fewest && btree * 2 > seen;
    }
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
