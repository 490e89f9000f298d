package dev.sqlguard.format;

import java.io.IOException;

/**
 * Where a file ends, and where its header says that the database does. SQLite doesn't mind the two
 * of these that are told here; a file that lacks whole pages it calls malformed.
 *
 * @param stray how many bytes stand behind the last page, where they are for certain no pages of
 *     this database, older ones included; else 0
 * @param missing how many bytes the last page lacks; SQLite reads zeros there
 */
public record FileEnd(long stray, long missing) {
  /** How much is looked at behind the end, in bytes; the rest may be as long as it likes. */
  private static final int LOOKED_AT = 1 << 20;

  /** Page numbers below this have a first byte of 0. */
  private static final long SMALL_NUMBERS = 1 << 24;

  /**
   * Of an image without a log, whose header has a valid page count.
   *
   * <p>Behind the end there may be, after an ordinary life: zeros, which SQLite has allocated in
   * advance; and whole old pages, because a transaction that shrinks the file deletes its journal
   * first and shortens the file then, and may be killed in between.
   */
  public static FileEnd of(ByteSource image, DatabaseHeader header) throws IOException {
    long end = header.pageCount() * header.pageSize();
    long behind = image.size() - end;
    if (behind < 0) {
      return new FileEnd(0, -behind < header.pageSize() ? -behind : 0);
    }
    return new FileEnd(isStray(image, end, header.pageSize()) ? behind : 0, 0);
  }

  private static boolean isStray(ByteSource image, long end, int pageSize) throws IOException {
    int rest = (int) ((image.size() - end) % pageSize);
    byte[] bytes = new byte[pageSize];
    int read = image.read(image.size() - rest, bytes, 0, rest);
    if (!isZero(bytes, read)) {
      return true;
    }
    if (image.size() / pageSize >= SMALL_NUMBERS) {
      return false;
    }
    long pages = Math.min(image.size() - rest - end, LOOKED_AT) / pageSize;
    for (long page = 0; page < pages; page++) {
      if (image.read(end + page * pageSize, bytes, 0, 1) == 1 && !mayBegin(bytes[0])) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a page can begin with it: kinds of b-tree pages, kinds of entries of the pointer map,
   * and the high byte of the next page's number in overflow and freelist pages.
   */
  private static boolean mayBegin(byte first) {
    return first >= 0 && first <= 5 || first == 10 || first == 13;
  }

  private static boolean isZero(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
