package dev.sqlguard.salvage;

import java.util.List;
import java.util.Optional;

/**
 * What became of one table.
 *
 * @param kept rows that are in the salvaged table
 * @param quarantined rows that look like this table's but can't be trusted
 * @param lost rows known to be destroyed and not replaced: counted by their keys in indexes, by the
 *     backup, or by damaged cells; 0 where nothing tells how many a destroyed page held
 * @param fromBackup rows that were destroyed and come from the backup
 * @param destroyed the ranges of keys in which rows are destroyed
 * @param violations what breaks a constraint and is in the table all the same; empty where nobody
 *     asked
 * @param notes for people
 */
public record TableOutcome(
    String name,
    long kept,
    long quarantined,
    long lost,
    long fromBackup,
    List<KeyRange> destroyed,
    Optional<Violations> violations,
    List<String> notes) {

  /**
   * Keys above {@code after} and up to {@code upTo}, both as text; empty where the range has no
   * such end. For tables with rowids these are rowids.
   */
  public record KeyRange(String after, String upTo) {}

  /** Whether no row is missing, as far as can be known. */
  public boolean isComplete() {
    return quarantined == 0 && lost == 0 && destroyed.isEmpty();
  }
}
