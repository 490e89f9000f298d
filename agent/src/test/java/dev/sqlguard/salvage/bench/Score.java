package dev.sqlguard.salvage.bench;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How much of an original a recovered database holds.
 *
 * @param tables by name, the original's tables
 * @param integrity what {@code PRAGMA integrity_check} says, and errors met on the way
 * @param pragmas those that differ, as {@code original -> recovered}
 * @param searches full-text tables that answer differently, as {@code original -> recovered}
 */
public record Score(
    Map<String, TableScore> tables,
    Quarantine quarantine,
    SchemaScore schema,
    Map<String, String> pragmas,
    List<String> integrity,
    Map<String, String> searches) {
  /**
   * The rows of one table.
   *
   * @param rows of the original
   * @param kept same rowid, all values and storage classes the same
   * @param rowidChanged all values the same under another rowid, where that is no column
   * @param lost neither
   * @param altered rows of the recovered table with the key of a lost row and other values
   * @param foreign rows of the recovered table with a key that the original never had, or
   *     duplicates
   * @param lostInQuarantine lost rows that stand, exact, in a lost_and_found table
   * @param error why reading the recovered table ended early; null if it didn't
   */
  public record TableScore(
      long rows,
      long kept,
      long rowidChanged,
      long lost,
      long altered,
      long foreign,
      long lostInQuarantine,
      String error) {
    public long wrong() {
      return altered + foreign;
    }
  }

  /**
   * The rows of all lost_and_found tables.
   *
   * @param matchingLost the same as a lost row
   * @param matchingKept the same as a row that was kept in its table as well
   * @param other index entries, deleted rows, rubbish
   * @param markedDeleted those of {@code other} known to be deleted rows
   */
  public record Quarantine(
      long rows, long matchingLost, long matchingKept, long other, long markedDeleted) {}

  /** Tables, indexes, views and triggers: how many the original had, and what became of them. */
  public record SchemaScore(
      int objects, int present, List<String> missing, List<String> differing, List<String> extra) {}

  public long rows() {
    return sum(TableScore::rows);
  }

  public long kept() {
    return sum(TableScore::kept);
  }

  public long rowidChanged() {
    return sum(TableScore::rowidChanged);
  }

  public long lost() {
    return sum(TableScore::lost);
  }

  public long altered() {
    return sum(TableScore::altered);
  }

  public long foreign() {
    return sum(TableScore::foreign);
  }

  public long wrong() {
    return sum(TableScore::wrong);
  }

  public long lostInQuarantine() {
    return sum(TableScore::lostInQuarantine);
  }

  private long sum(ToLongFunction<TableScore> count) {
    return tables.values().stream().mapToLong(count).sum();
  }
}
