package dev.sqlguard.demo.tour;

/** Whether a database is sound, and the first thing that is wrong with it. */
record Integrity(boolean intact, String report) {

  private static final String HEADLINE = "***";

  /** Reads the first row of {@code PRAGMA integrity_check}, which can begin with a headline. */
  static Integrity of(String answer) {
    return new Integrity(
        answer.equals("ok"),
        answer.lines().filter(line -> !line.startsWith(HEADLINE)).findFirst().orElse(answer));
  }
}
