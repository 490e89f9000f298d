package dev.sqlguard.verify;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many rows each table holds. Two databases are compared by this before one replaces another.
 */
public record Contents(SortedMap<String, Long> rowsByTable) {
  /** No table at all. */
  public static final Contents NONE = new Contents(new TreeMap<>());

  public long rows() {
    long sum = 0;
    for (long rows : rowsByTable.values()) {
      sum += rows;
    }
    return sum;
  }

  public int tables() {
    return rowsByTable.size();
  }

  /** The first table of {@code other} of which this one has fewer rows, or none at all. */
  public Optional<String> firstTablePoorerThan(Contents other) {
    for (Map.Entry<String, Long> theirs : other.rowsByTable.entrySet()) {
      if (rowsByTable.getOrDefault(theirs.getKey(), -1L) < theirs.getValue()) {
        return Optional.of(theirs.getKey());
      }
    }
    return Optional.empty();
  }

  /**
   * Whether this looks like the remains of {@code richer}: empty, most rows gone, or a table gone
   * that held rows. Deleting a few rows, or emptying a queue among many rows, is an application's
   * business.
   */
  public boolean isPoorRemnantOf(Contents richer) {
    if (richer.rows() == 0) {
      return tables() == 0 && richer.tables() > 0;
    }
    if (rows() * 2 < richer.rows()) {
      return true;
    }
    for (Map.Entry<String, Long> theirs : richer.rowsByTable.entrySet()) {
      if (theirs.getValue() > 0 && !rowsByTable.containsKey(theirs.getKey())) {
        return true;
      }
    }
    return false;
  }
}
