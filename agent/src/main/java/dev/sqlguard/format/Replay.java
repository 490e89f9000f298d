package dev.sqlguard.format;

/** How much of a write-ahead log or of a rollback journal counts once something in it is broken. */
public enum Replay {
  /** What SQLite itself would see: the first broken frame or record ends everything. */
  STRICT,

  /**
   * What stands behind a broken frame or record counts as well, as far as its own checksum proves
   * it; the pages that the broken ones stood for are suspect.
   */
  SALVAGE
}
