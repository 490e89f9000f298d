package dev.sqlguard.guard;

import java.util.Optional;

/**
 * What the guard came to before an open.
 *
 * @param refusal the application gets this as an SQLException
 * @param foldAtExit the WAL may be folded in when the JVM ends; not on a file left damaged
 * @param passing a refusal may end although nobody changes the file: its reason comes and goes
 */
public record Outcome(Optional<String> refusal, boolean foldAtExit, boolean passing) {
  static final Outcome PROCEED = new Outcome(Optional.empty(), true, false);
  static final Outcome LEFT_DAMAGED = new Outcome(Optional.empty(), false, false);

  static Outcome refuse(String why) {
    return new Outcome(Optional.of(why), false, false);
  }

  Outcome forNow() {
    return new Outcome(refusal, foldAtExit, true);
  }
}
