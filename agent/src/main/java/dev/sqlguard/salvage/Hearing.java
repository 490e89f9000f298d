package dev.sqlguard.salvage;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Who is right where the rows of a table and its indexes disagree. */
final class Hearing {
  private final Testimony testimony;
  private final Statements contradicted = new Statements();

  /** Of each contradicted row the index page that speaks against it. */
  private int[] witnesses = new int[64];

  private final Map<Integer, Integer> againstPage = new HashMap<>();
  private final Map<Long, Integer> byWitness = new HashMap<>();
  private final Statements unknown = new Statements();

  /** Of how many intact indexes a row is unknown to. */
  private final Map<Long, Integer> unknownTo = new HashMap<>();

  private int intactIndexes;
  private int index;

  /** Rows that are there and in quarantine already. */
  private final LongSet quarantined;

  Hearing(Testimony testimony, LongSet quarantined) {
    this.testimony = testimony;
    this.quarantined = quarantined;
  }

  /** The next index has its say. */
  void next(boolean intact) {
    index++;
    intactIndexes += intact ? 1 : 0;
  }

  /** Some rows and all entries of the same keys. */
  void compare(Statements rows, Statements entries, boolean intact) {
    rows.sort();
    entries.sort();
    int row = 0;
    int entry = 0;
    while (row < rows.size() || entry < entries.size()) {
      boolean rowFirst =
          entry == entries.size() || row < rows.size() && rows.key(row) <= entries.key(entry);
      long key = rowFirst ? rows.key(row) : entries.key(entry);
      int rowsEnd = end(rows, row, key);
      int entriesEnd = end(entries, entry, key);
      if (row == rowsEnd) {
        if (!quarantined.contains(key)) {
          testimony.lost(key);
        }
      } else {
        hear(rows, row, rowsEnd, entries, entry, entriesEnd, intact);
      }
      row = rowsEnd;
      entry = entriesEnd;
    }
  }

  private static int end(Statements statements, int from, long key) {
    int end = from;
    while (end < statements.size() && statements.key(end) == key) {
      end++;
    }
    return end;
  }

  private void hear(
      Statements rows,
      int from,
      int to,
      Statements entries,
      int entriesFrom,
      int entriesTo,
      boolean intact) {
    int witness = 0;
    for (int i = entriesFrom; i < entriesTo; i++) {
      for (int row = from; row < to; row++) {
        if (rows.value(row) == entries.value(i)) {
          // An index that also says what the row says is no witness against it.
          return;
        }
      }
      witness = entries.isTrusted(i) ? entries.page(i) : witness;
    }
    for (int row = from; row < to; row++) {
      if (witness > 0) {
        contradict(rows, row, witness);
      } else if (entriesFrom == entriesTo && intact) {
        unknown.add(rows.key(row), 0, rows.page(row), rows.start(row), rows.isTrusted(row));
        unknownTo.merge(cell(rows, row), 1, Integer::sum);
      }
    }
  }

  private void contradict(Statements rows, int row, int witness) {
    if (contradicted.size() == witnesses.length) {
      witnesses = Arrays.copyOf(witnesses, 2 * witnesses.length);
    }
    witnesses[contradicted.size()] = witness;
    contradicted.add(rows.key(row), index, rows.page(row), rows.start(row), rows.isTrusted(row));
    againstPage.merge(rows.page(row), 1, Integer::sum);
    byWitness.merge(witness(index, witness), 1, Integer::sum);
  }

  private static long witness(long index, int page) {
    return index << 32 | page;
  }

  private static long cell(Statements rows, int row) {
    return (long) rows.page(row) << 17 | rows.start(row);
  }

  /**
   * A lost write of one index page contradicts rows of many pages, damage to one table page is
   * contradicted by many index pages: the page with more disagreements is the damaged one. That an
   * index doesn't know a row at all counts only if no other index knows it either.
   *
   * @param suspects gets the rows that are not to be believed
   */
  void judge(CellSet suspects) {
    for (int i = 0; i < contradicted.size(); i++) {
      int against = againstPage.get(contradicted.page(i));
      int by = byWitness.get(witness(contradicted.value(i), witnesses[i]));
      if (!contradicted.isTrusted(i) || by <= against) {
        suspects.add(contradicted.page(i), contradicted.start(i));
      }
    }
    for (int i = 0; i < unknown.size(); i++) {
      boolean toAll = unknownTo.get(cell(unknown, i)) == intactIndexes;
      if (toAll && (intactIndexes > 1 || !unknown.isTrusted(i))) {
        suspects.add(unknown.page(i), unknown.start(i));
      }
    }
  }
}
