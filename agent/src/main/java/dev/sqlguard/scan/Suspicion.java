package dev.sqlguard.scan;

/**
 * Something that isn't as SQLite leaves it.
 *
 * @param page where, or 0
 * @param object the table or index that is affected, or empty; a name may hold anything
 * @param text what, for people
 */
public record Suspicion(long page, String object, String text) {
  @Override
  public String toString() {
    return (page > 0 ? "page " + page : "")
        + (page > 0 && !object.isEmpty() ? ", " : "")
        + object
        + (page > 0 || !object.isEmpty() ? ": " : "")
        + text;
  }
}
