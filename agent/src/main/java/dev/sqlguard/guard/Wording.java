package dev.sqlguard.guard;

import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;

/** What verdicts and errors are called in the guard's lines. */
final class Wording {
  private Wording() {}

  static String of(Damaged damaged) {
    int findings = damaged.findings().size();
    return "DAMAGED ("
        + damaged.findings().get(0).text()
        + (findings > 1 ? ", and " + (findings - 1) + " more" : "")
        + ")";
  }

  static String of(Throwable t) {
    return t.getMessage() == null || !(t instanceof IOException) ? t.toString() : t.getMessage();
  }
}
