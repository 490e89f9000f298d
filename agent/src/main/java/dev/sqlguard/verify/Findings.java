package dev.sqlguard.verify;

import dev.sqlguard.verify.Finding.Kind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code PRAGMA integrity_check} says, row by row. It may say millions of lines: few are kept,
 * but where each of them points to is known.
 */
final class Findings {
  private static final int MOST_KEPT = 1000;
  private static final String HEADLINE = "*** in database ";

  private final List<Finding> kept = new ArrayList<>();
  private final Set<String> indexes = new TreeSet<>();
  private final Set<Long> brokenTrees = new HashSet<>();
  private final BitSet brokenPages = new BitSet();
  private boolean brokenElsewhere;
  private boolean aborted;

  /** One row of the answer. Those about pages come together in one, under a headline. */
  void add(String row) {
    if (row.startsWith(HEADLINE)) {
      for (String line : row.split("\n")) {
        if (!line.isEmpty() && !line.startsWith(HEADLINE)) {
          add(Finding.ofPages(line));
        }
      }
    } else if (!row.equals("ok")) {
      add(Finding.ofRows(row));
    }
  }

  void add(Finding finding) {
    switch (finding.kind()) {
      case CONSTRAINT -> {
        return;
      }
      case INDEX_CONTENT -> indexes.add(finding.index());
      case ABORTED -> aborted = true;
      case STRUCTURE -> {
        if (finding.tree() > 0) {
          brokenTrees.add(finding.tree());
        } else if (finding.page() > 0 && finding.page() <= Integer.MAX_VALUE) {
          brokenPages.set((int) finding.page());
        } else {
          brokenElsewhere = true;
        }
      }
      default -> {}
    }
    if (kept.size() < MOST_KEPT) {
      kept.add(finding);
    } else if (finding.kind().compareTo(kept.get(MOST_KEPT - 1).kind()) > 0) {
      kept.set(MOST_KEPT - 1, finding);
    }
  }

  /** Leaves out what is said of the inverted index of these full-text tables. */
  void forgive(Set<String> textTables) {
    List<Finding> left = new ArrayList<>();
    for (Finding finding : kept) {
      if (finding.kind() != Kind.TEXT_INDEX || !textTables.contains(finding.index())) {
        left.add(finding);
      }
    }
    kept.clear();
    kept.addAll(left);
  }

  boolean isEmpty() {
    return kept.isEmpty();
  }

  /** Whether the check itself ended with SQLITE_CORRUPT. */
  boolean isAborted() {
    return aborted;
  }

  /** Whether anything but the trees and pages of indexes is broken. */
  boolean anyStructureBeyond(IndexPages indexPages) {
    return brokenElsewhere || !indexPages.contain(brokenTrees, brokenPages);
  }

  /** The ordinary indexes that disagree with their tables. */
  Set<String> indexes() {
    return indexes;
  }

  List<Finding> worstFirst() {
    List<Finding> sorted = new ArrayList<>(kept);
    sorted.sort(Comparator.comparing(Finding::kind).reversed());
    return List.copyOf(sorted);
  }
}
