package dev.sqlguard.guard;

import dev.sqlguard.backup.KeptBackups;
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

  static String of(KeptBackups.Result.Kept kept) {
    return "kept as "
        + kept.file()
        + (kept.deleted().isPresent()
            ? ", where an older one with " + kept.deleted().get().rows() + " rows is deleted"
            : "");
  }

  static String of(KeptBackups.Result.NoPlace taken) {
    return "which can't be kept, because " + taken.foreign() + " and others aren't the guard's";
  }

  static String of(Throwable t) {
    return t.getMessage() == null || !(t instanceof IOException) ? t.toString() : t.getMessage();
  }
}
