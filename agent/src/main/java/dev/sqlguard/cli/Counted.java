package dev.sqlguard.cli;

/** Numbers with their nouns. */
final class Counted {
  private Counted() {}

  /** For example {@code 1 row}, {@code 1604 rows}. */
  static String of(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
