package dev.sqlguard.demo.tour;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The number of rows of each table. */
record RowCounts(Map<String, Long> tables) {

  @Override
  public String toString() {
    return new TreeMap<>(tables)
        .entrySet().stream()
            .map(table -> table.getKey() + " " + table.getValue())
            .collect(Collectors.joining(", "));
  }
}
