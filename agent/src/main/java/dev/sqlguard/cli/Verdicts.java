package dev.sqlguard.cli;

import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;

/** Verdicts for people. */
final class Verdicts {
  private Verdicts() {}

  static String text(Verdict verdict) {
    if (verdict instanceof Healthy healthy) {
      return "healthy, "
          + Counted.of(healthy.contents().rows(), "row")
          + " in "
          + Counted.of(healthy.contents().tables(), "table");
    }
    if (verdict instanceof Damaged damaged) {
      int more = damaged.findings().size() - 1;
      return "DAMAGED ("
          + damaged.findings().get(0).text()
          + (more > 0 ? ", and " + more + " more" : "")
          + "), "
          + Counted.of(damaged.readable().rows(), "row")
          + " readable";
    }
    return "can't be judged (" + ((CannotTell) verdict).reason() + ")";
  }
}
