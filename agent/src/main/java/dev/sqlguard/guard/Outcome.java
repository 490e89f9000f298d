package dev.sqlguard.guard;

import java.util.Optional;

/**
 * What the guard came to before an open.
 *
 * @param refusal the application gets this as an SQLException
 * @param foldAtExit the WAL may be folded in when the JVM ends; not on a file left damaged
 */
public record Outcome(Optional<String> refusal, boolean foldAtExit) {
  static final Outcome PROCEED = new Outcome(Optional.empty(), true);
  static final Outcome LEFT_DAMAGED = new Outcome(Optional.empty(), false);

  static Outcome refuse(String why) {
    return new Outcome(Optional.of(why), false);
  }
}
