package dev.sqlguard.scan;

import dev.sqlguard.format.PointerMap;
import java.io.IOException;
import java.util.Optional;

/** Compares what the pointer map says of pages with what leads to them. */
final class PointerMapCheck {
  private final PointerMap map;
  private final Suspicions suspicions;

  /**
   * @param map null where the database has none, and nothing is to be compared
   */
  PointerMapCheck(PointerMap map, Suspicions suspicions) {
    this.map = map;
    this.suspicions = suspicions;
  }

  /**
   * @param parent 0 for uses that have none
   */
  void expect(long page, PointerMap.Use use, long parent, String object) throws IOException {
    if (map == null) {
      return;
    }
    Optional<PointerMap.Entry> entry = map.entry(page);
    if (entry.isEmpty() || entry.get().use() != use || entry.get().parent() != parent) {
      suspicions.add(page, object, "the pointer map says something else of its use");
    }
  }
}
