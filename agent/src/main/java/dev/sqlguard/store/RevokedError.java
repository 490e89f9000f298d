package dev.sqlguard.store;

/**
 * The time of a visit is up: its thread unwinds, and changes nothing on its way. An error, because
 * nothing of what is caught and dealt with otherwise: no line is said of it, no file is tidied up.
 * What stays is what a killed process leaves, and is settled in the same way.
 */
public final class RevokedError extends Error {
  private static final long serialVersionUID = 1;

  RevokedError() {
    super("the application has gone on", null, false, false);
  }
}
