package dev.sqlguard.salvage;

import java.util.List;

/**
 * What a salvage found and made.
 *
 * @param tables in the order of the schema
 * @param pages the damaged ones; at most a thousand, {@code damagedPages} counts all
 * @param objectsLost schema objects that could not be carried over
 * @param unattributed rows in quarantine that belong to no known table
 * @param schemaFrom for people: where the schema was found
 * @param notes for people: everything else worth knowing
 */
public record SalvageReport(
    List<TableOutcome> tables,
    List<DamagedPage> pages,
    long damagedPages,
    List<String> objectsLost,
    long unattributed,
    String schemaFrom,
    List<String> notes) {

  public SalvageReport {
    tables = List.copyOf(tables);
    pages = List.copyOf(pages);
    objectsLost = List.copyOf(objectsLost);
    notes = List.copyOf(notes);
  }

  /** Rows in the salvaged tables, those from the backup included. */
  public long rows() {
    long sum = 0;
    for (TableOutcome table : tables) {
      sum += table.kept() + table.fromBackup();
    }
    return sum;
  }

  public long fromBackup() {
    long sum = 0;
    for (TableOutcome table : tables) {
      sum += table.fromBackup();
    }
    return sum;
  }

  /** Rows known to be lost, those in quarantine included. */
  public long lost() {
    long sum = 0;
    for (TableOutcome table : tables) {
      sum += table.lost() + table.quarantined();
    }
    return sum;
  }

  public long quarantined() {
    long sum = unattributed;
    for (TableOutcome table : tables) {
      sum += table.quarantined();
    }
    return sum;
  }

  /** Whether rows that break a constraint were counted. */
  public boolean knowsViolations() {
    for (TableOutcome table : tables) {
      if (table.violations().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Whether every row and object is there, as far as can be known. */
  public boolean isComplete() {
    for (TableOutcome table : tables) {
      if (!table.isComplete()) {
        return false;
      }
    }
    return objectsLost.isEmpty() && unattributed == 0;
  }
}
