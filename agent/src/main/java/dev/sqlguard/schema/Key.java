package dev.sqlguard.schema;

import java.util.ArrayList;
import java.util.List;

/** The terms of a PRIMARY KEY, of a UNIQUE constraint or of an index. */
final class Key {
  boolean primary;

  /** The word behind ON CONFLICT in lower case; null where there is none. */
  String conflict;

  /** By their places in the declaration of the table. */
  final List<Integer> columns = new ArrayList<>();

  /** In lower case. */
  final List<String> collations = new ArrayList<>();

  final List<Boolean> descending = new ArrayList<>();

  int size() {
    return columns.size();
  }

  void add(int column, String collation, boolean desc) {
    columns.add(column);
    collations.add(collation);
    descending.add(desc);
  }

  /** Whether an index for one would serve the other as well. */
  boolean isLike(Key other) {
    if (size() != other.size()) {
      return false;
    }
    for (int i = 0; i < size(); i++) {
      if (!columns.get(i).equals(other.columns.get(i))
          || !collations.get(i).equals(other.collations.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Names a term among those of the same table. */
  String term(int i) {
    return columns.get(i) + " " + collations.get(i);
  }
}
