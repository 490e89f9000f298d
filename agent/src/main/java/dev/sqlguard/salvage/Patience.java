package dev.sqlguard.salvage;

import java.io.IOException;

/**
 * How often something may take SQLite longer than the size of the file explains, and be left out
 * for that. Each time costs all the time that there is.
 */
final class Patience {
  static final String TOO_LONG = "SQLite takes longer for it than the size of the file explains";

  /** Enough for what a file may have by mistake. */
  private static final int TIMES = 4;

  private int left;

  /**
   * @param leavesOut whether anything is left out at all: else the first time is the end
   */
  Patience(boolean leavesOut) {
    this.left = leavesOut ? TIMES : 0;
  }

  /**
   * Once more.
   *
   * @param what for people
   * @throws IOException where that is too often
   */
  void lose(String what) throws IOException {
    if (left-- <= 0) {
      throw new IOException(what + ": " + TOO_LONG);
    }
  }
}
