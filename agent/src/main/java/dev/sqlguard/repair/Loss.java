package dev.sqlguard.repair;

import java.util.Set;

/**
 * What a candidate is known to lack of the newest state.
 *
 * @param rows how many, as far as they can be counted; those in quarantine are among them
 * @param tables in which rows are missing, counted or not
 * @param objects whether a schema object is missing
 */
public record Loss(long rows, Set<String> tables, boolean objects) {
  /** Nothing, as far as can be known. */
  public static final Loss NONE = new Loss(0, Set.of(), false);

  public Loss {
    tables = Set.copyOf(tables);
  }

  boolean isNone() {
    return rows == 0 && tables.isEmpty() && !objects;
  }
}
