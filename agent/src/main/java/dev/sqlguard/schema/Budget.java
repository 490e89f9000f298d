package dev.sqlguard.schema;

/**
 * Bounds what a schema may become in memory beyond the size of its text: a short statement can name
 * a long key, or a condition of many small terms.
 */
final class Budget {
  private static final int ENOUGH = 200_000;

  private int left = ENOUGH;

  void take(int parts) throws NotUnderstoodException {
    left -= parts;
    if (left < 0) {
      throw new NotUnderstoodException("schema too large");
    }
  }
}
