package dev.sqlguard.schema;

/** A statement that SQLite may understand, or may refuse, but we can't tell what it makes of it. */
final class NotUnderstoodException extends Exception {
  private static final long serialVersionUID = 1;

  NotUnderstoodException(String message) {
    super(message, null, false, false);
  }
}
