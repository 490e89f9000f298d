package dev.sqlguard.salvage;

/** Counts the rows of one table while it is written. */
final class TableTally {
  long kept;
  long quarantined;

  /** Cells that are known to have been there, and of which nothing is left. */
  long destroyed;

  long fromBackup;
}
