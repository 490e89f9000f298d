package dev.sqlguard.guard;

import java.util.Optional;

/**
 * What the guard came to before an open.
 *
 * @param refusal the application gets this as an SQLException
 * @param foldAtExit the WAL may be folded in when the JVM ends; not on a file left damaged
 * @param passing a refusal may end although nobody changes the file: its reason comes and goes
 * @param reading whether the driver, with the application's key if it has one, could read the file
 * @param passed the full check that found it healthy, where a {@link Seal} may tell of it
 */
public record Outcome(
    Optional<String> refusal,
    boolean foldAtExit,
    boolean passing,
    Reading reading,
    Optional<FullCheck> passed) {

  /** What is known of that. */
  enum Reading {
    READ,
    NOT_TRIED,
    /** It isn't a database, or the key is wrong: another one may fit. */
    UNREADABLE
  }

  static final Outcome READ = new Outcome(true, Reading.READ);
  static final Outcome PROCEED = new Outcome(true, Reading.NOT_TRIED);
  static final Outcome UNREADABLE = new Outcome(false, Reading.UNREADABLE);
  static final Outcome LEFT_DAMAGED = new Outcome(false, Reading.READ);

  private Outcome(boolean foldAtExit, Reading reading) {
    this(Optional.empty(), foldAtExit, false, reading, Optional.empty());
  }

  static Outcome passed(FullCheck check) {
    return new Outcome(Optional.empty(), true, false, Reading.READ, Optional.of(check));
  }

  static Outcome refuse(String why) {
    return new Outcome(Optional.of(why), false, false, Reading.READ, Optional.empty());
  }

  Outcome forNow() {
    return new Outcome(refusal, foldAtExit, true, reading, passed);
  }
}
