package dev.sqlguard.cli;

import dev.sqlguard.store.ForeignText;
import java.util.ArrayList;
import java.util.List;

/** Columns of text: numbers to the right, everything else to the left. */
final class TextTable {
  private final List<String[]> rows = new ArrayList<>();
  private final int columns;
  private final boolean[] numeric;

  TextTable(String... headings) {
    this.columns = headings.length;
    this.numeric = new boolean[columns];
    rows.add(headings);
  }

  void row(Object... values) {
    String[] texts = new String[columns];
    for (int i = 0; i < columns; i++) {
      texts[i] = ForeignText.printable(String.valueOf(values[i]));
      numeric[i] |= values[i] instanceof Number;
    }
    rows.add(texts);
  }

  /** Empty where there are headings only. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (rows.size() == 1) {
      return lines;
    }
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String space = " ".repeat(widths[i] - row[i].length());
        line.append("  ").append(numeric[i] ? space + row[i] : row[i] + space);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
