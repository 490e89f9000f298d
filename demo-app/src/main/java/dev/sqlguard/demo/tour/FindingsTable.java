package dev.sqlguard.demo.tour;

import java.util.ArrayList;
import java.util.List;

/** Findings as a table of text whose long cells are wrapped. */
final class FindingsTable {

  private static final List<Integer> WIDTHS = List.of(18, 42, 44, 6);

  private FindingsTable() {}

  static String of(List<Finding> findings) {
    StringBuilder table = new StringBuilder();
    append(table, List.of("chapter", "promised", "seen", "result"));
    append(table, WIDTHS.stream().map("-"::repeat).toList());
    String previous = "";
    for (Finding finding : findings) {
      String chapter = finding.chapter().equals(previous) ? "" : finding.chapter();
      append(table, List.of(chapter, finding.promised(), finding.seen(), finding.verdict()));
      previous = finding.chapter();
    }
    return table.toString();
  }

  private static void append(StringBuilder table, List<String> cells) {
    List<List<String>> columns = new ArrayList<>();
    int height = 0;
    for (int i = 0; i < cells.size(); i++) {
      List<String> lines = wrapped(cells.get(i), WIDTHS.get(i));
      columns.add(lines);
      height = Math.max(height, lines.size());
    }
    for (int line = 0; line < height; line++) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < columns.size(); i++) {
        List<String> lines = columns.get(i);
        String cell = line < lines.size() ? lines.get(line) : "";
        row.append(String.format("%-" + WIDTHS.get(i) + "s  ", cell));
      }
      table.append(row.toString().stripTrailing()).append('\n');
    }
  }

  private static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > width) {
      int space = rest.lastIndexOf(' ', width);
      int end = space > 0 ? space : width;
      lines.add(rest.substring(0, end));
      rest = rest.substring(end).stripLeading();
    }
    lines.add(rest);
    return lines;
  }
}
