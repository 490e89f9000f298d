package dev.sqlguard.salvage;

import java.util.ArrayList;
import java.util.List;

/** Counts the rows of one table while it is written. */
final class TableTally {
  long kept;
  long quarantined;

  /** Cells that are known to have been there, and of which nothing is left. */
  long destroyed;

  long fromBackup;

  /** Leaves of which not every cell could be had. */
  final List<KeyRange> damaged = new ArrayList<>();

  /** For people. */
  final List<String> notes = new ArrayList<>();
}
