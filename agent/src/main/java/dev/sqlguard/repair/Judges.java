package dev.sqlguard.repair;

import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import dev.sqlguard.verify.Verifier.Depth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who works on a candidate and who passes it: the newest SQLite checks it in full, and the
 * application's own driver, which has to live with it, must find nothing wrong either.
 */
public final class Judges {
  private final SqliteEngine driver;
  private final Supplier<Optional<SqliteEngine>> newest;

  /**
   * @param newest loaded when it is first asked for; empty where it can't be loaded, the driver is
   *     the only judge then
   */
  public Judges(SqliteEngine driver, Supplier<Optional<SqliteEngine>> newest) {
    this.driver = driver;
    this.newest = newest;
  }

  SqliteEngine driver() {
    return driver;
  }

  SqliteEngine newest() {
    return newest.get().orElse(driver);
  }

  /**
   * What a candidate holds.
   *
   * @param what for people: what it is
   * @param passedOver gets a line where it doesn't pass
   * @throws IOException where the machine came in the way: that says nothing of the candidate
   */
  Optional<Contents> pass(Path candidate, String what, List<String> passedOver) throws IOException {
    SqliteEngine judge = newest();
    Verdict verdict = new IntegrityCheck(judge).verify(candidate, Depth.FULL);
    if (verdict instanceof Healthy healthy) {
      Verdict second =
          judge == driver ? verdict : new IntegrityCheck(driver).verify(candidate, Depth.QUICK);
      if (second instanceof Healthy) {
        return Optional.of(healthy.contents());
      }
      judge = driver;
      verdict = second;
    }
    requireTold(verdict);
    passedOver.add(what + " doesn't pass the check of " + judge.name() + ": " + reason(verdict));
    return Optional.empty();
  }

  /**
   * @throws IOException where nothing can be told because of the machine, so that nothing may be
   *     concluded either: what is best at a full disk may not be the best there is
   */
  static void requireTold(Verdict verdict) throws IOException {
    if (verdict instanceof CannotTell unknown && unknown.cause() == Verdict.Cause.MACHINE) {
      throw new IOException(unknown.reason());
    }
  }

  private static String reason(Verdict verdict) {
    return verdict instanceof Damaged damaged
        ? damaged.findings().get(0).text()
        : ((CannotTell) verdict).reason();
  }
}
