package dev.sqlguard.demo.tour;

import java.util.ArrayList;
import java.util.List;

/** The findings of one chapter, told as they come. */
final class Findings {

  private final String chapter;
  private final Narrator narrator;
  private final List<Finding> all = new ArrayList<>();

  Findings(String chapter, Narrator narrator) {
    this.chapter = chapter;
    this.narrator = narrator;
  }

  void expect(String promised, boolean held, String seen) {
    Finding finding = new Finding(chapter, promised, seen, held);
    all.add(finding);
    narrator.say("%-6s %s: %s".formatted(finding.verdict(), promised, seen));
  }

  /** Expects exactly these files, given in the order of their names. */
  void expectFiles(String promised, List<String> expected, List<String> seen) {
    expect(promised, seen.equals(expected), seen.isEmpty() ? "none" : String.join(", ", seen));
  }

  List<Finding> all() {
    return List.copyOf(all);
  }
}
