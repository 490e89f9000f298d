package dev.sqlguard.format;

import java.io.IOException;
import java.util.Optional;

/**
 * Whether a write-ahead log is for certain not the log of the file as it lies beside it: that of
 * another database, or an older one of this. SQLite replays it all the same.
 *
 * <p>Certain are three marks, each a thing that SQLite never does within one log:
 *
 * <ul>
 *   <li>The page size differs: it can't be changed in WAL mode.
 *   <li>The newest first page in the log has a lower change counter than the main file. The main
 *       file gets its first page from this log, by a checkpoint, or had it before the log began;
 *       and no commit lowers the counter.
 *   <li>The log has no first page, but commits another number of pages. A change of that number is
 *       written to the first page, so the number is still that of the main file: what its header
 *       says, or what it has, if it was longer.
 * </ul>
 *
 * <p>Nothing else is: salts and checksums know nothing of the main file; schema, schema cookie,
 * application id and text encoding may all be changed by a commit (a restore through the backup API
 * replaces everything); and any page number that the log's size allows may be written at any time.
 * So the log of another database with as many pages, or a higher change counter, isn't told.
 */
public final class ForeignLog {
  private ForeignLog() {}

  /**
   * @param image of both, read strictly
   * @return the mark, as a clause about the log; empty where there is none
   */
  public static Optional<String> mark(ByteSource main, WalImage image) throws IOException {
    Optional<DatabaseHeader> found = DatabaseHeader.read(main);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    DatabaseHeader header = found.get();
    if (image.isOfOtherPageSize()
        || image.pageSize().isPresent() && image.pageSize().getAsInt() != header.pageSize()) {
      return Optional.of("its pages have another size");
    }
    if (image.pageSize().isEmpty()) {
      return Optional.empty();
    }
    if (image.replaces(1)) {
      Optional<DatabaseHeader> newest = DatabaseHeader.read(image);
      boolean older =
          newest.isPresent() && isBefore(newest.get().changeCounter(), header.changeCounter());
      return older ? Optional.of("it is older than the database") : Optional.empty();
    }
    return header.hasPageCount() && !mayHave(image.size() / header.pageSize(), header, main)
        ? Optional.of("it is of a database with another number of pages")
        : Optional.empty();
  }

  /** The counter has 32 bits and wraps. */
  private static boolean isBefore(long counter, long other) {
    return (int) (counter - other) < 0;
  }

  private static boolean mayHave(long pages, DatabaseHeader header, ByteSource main)
      throws IOException {
    long stored = (main.size() + header.pageSize() - 1) / header.pageSize();
    return pages >= header.pageCount() && pages <= Math.max(stored, header.pageCount());
  }
}
