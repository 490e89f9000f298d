package dev.sqlguard.it.fault;

import java.util.ArrayList;
import java.util.List;

/**
 * A call that the fault layer wrote down.
 *
 * @param nanos how long a piece of SQLite's work took; 0 while it isn't over, and for other calls
 */
record TracedCall(int number, String kind, String names, long nanos) {
  static List<TracedCall> in(List<String> trace) {
    List<TracedCall> calls = new ArrayList<>();
    for (String line : trace) {
      String[] words = line.split(" ", 3);
      int number = Integer.parseInt(words[0]);
      if (words[1].equals("took")) {
        TracedCall call = calls.get(number - 1);
        long nanos = Long.parseLong(words[2]);
        calls.set(number - 1, new TracedCall(number, call.kind, call.names, nanos));
      } else {
        calls.add(new TracedCall(number, words[1], words[2], 0));
      }
    }
    return calls;
  }

  boolean isThat(String whatKind, String nameContains) {
    return kind.equals(whatKind) && names.contains(nameContains);
  }

  boolean isSqlite() {
    return kind.equals("SQLITE");
  }

  @Override
  public String toString() {
    return number + " " + kind + " " + names;
  }
}
