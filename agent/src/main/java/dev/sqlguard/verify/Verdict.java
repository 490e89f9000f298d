package dev.sqlguard.verify;

import java.util.List;

/** What the examination of an image came to. */
public sealed interface Verdict {

  /** Nothing wrong. */
  record Healthy(Contents contents) implements Verdict {}

  /**
   * Proven damage.
   *
   * @param findings at least one, the worst first
   * @param losesRows false where every row is still there (leaked pages, a wrong freelist, missing
   *     index entries)
   * @param readable the rows that can still be read, table by table
   * @param leafCells where no table is readable: how much the pages still seem to hold, see {@link
   *     dev.sqlguard.format.LeafCells}
   */
  record Damaged(List<Finding> findings, boolean losesRows, Contents readable, long leafCells)
      implements Verdict {}

  /** Neither proven healthy nor proven damaged; the file is to be left alone. */
  record CannotTell(Cause cause, String reason) implements Verdict {}

  /** Why nothing can be told. */
  enum Cause {
    /** SQLite says "not a database": encrypted, foreign, or with its header destroyed. */
    NOT_A_DATABASE,
    /** The schema or the format can't be read; a newer SQLite may be able to. */
    TOO_NEW,
    /** Locked, no permission, no space, no time, an I/O error: nothing that the file says. */
    MACHINE,
    /** Everything else: an unknown collation, function … */
    OTHER
  }
}
