package dev.sqlguard.it;

/** {@code -Dfaults.seed=N} is another sample of faults; by default it is always the same one. */
public final class FaultSeed {
  private static final long CHOSEN = Long.getLong("sqlguard.faults.seed", 1);

  private FaultSeed() {}

  /**
   * @param own of one test, so that no two go through the same numbers
   */
  public static long of(long own) {
    return CHOSEN + own;
  }

  /** For the figures. */
  public static String description() {
    return "seed " + CHOSEN;
  }
}
