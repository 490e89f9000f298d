package dev.sqlguard.salvage;

import java.util.HashMap;
import java.util.Map;

/** What the indexes of a table know of its rows. */
final class Testimony {
  /** More keys are counted, but not remembered. */
  private static final int MOST_REMEMBERED = 200_000;

  private final LongSet lost = new LongSet();
  private long notRemembered;
  private boolean whole;
  private final Map<String, Exact> exact = new HashMap<>();

  /** An index that says the same as these rows, in the order that it must have. */
  private record Exact(Tree entries, long rows) {}

  /** Takes down that an index which is intact, and has an entry for each row, was heard. */
  void wholeIndexHeard() {
    whole = true;
  }

  /** Takes down that an index is exactly what REINDEX would make of {@code rows} rows. */
  void exact(Tree entries, long rows) {
    exact.put(entries.name(), new Exact(entries, rows));
  }

  /** The index of that name, if it is exactly what these rows need; else null. */
  Tree exactIndex(String name, long rows) {
    Exact found = exact.get(name);
    return found == null || found.rows() != rows ? null : found.entries();
  }

  /** Takes down that a row is gone. */
  void lost(long key) {
    if (lost.size() < MOST_REMEMBERED) {
      lost.add(key);
    } else if (!lost.contains(key)) {
      notRemembered++;
    }
  }

  /** How many rows only an index still knows. */
  long rowsLost() {
    return lost.size() + notRemembered;
  }

  /** Whether it is known which rows are gone, one by one. */
  boolean isExact() {
    return whole && notRemembered == 0;
  }

  /** Whether it is known for certain that no row is gone. */
  boolean isComplete() {
    return whole && rowsLost() == 0;
  }

  /** Whether a row that isn't there may have been there until the damage. */
  boolean mayBeLost(long key) {
    return !isExact() || lost.contains(key);
  }
}
