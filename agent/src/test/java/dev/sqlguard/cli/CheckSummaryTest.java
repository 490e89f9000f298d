package dev.sqlguard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.scan.Suspicion;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Cause;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a check says, whoever says it. */
class CheckSummaryTest {
  private static final Path DB = Path.of("/a.db");
  private static final Suspicion ORDER = new Suspicion(7, "ix", "out of order");

  private static Healthy healthy(long rows) {
    TreeMap<String, Long> tables = new TreeMap<>();
    tables.put("t", rows);
    return new Healthy(new Contents(tables));
  }

  private static Damaged damaged(int findings) {
    List<Finding> all = Collections.nCopies(findings, Finding.ofPages("Page 9: never used"));
    return new Damaged(all, false, healthy(3).contents(), 0);
  }

  private static CheckSummary summary(Verdict verdict, Suspicion... suspicions) {
    return new CheckSummary(DB, verdict, List.of(suspicions));
  }

  private static void assertSays(int exitCode, CheckSummary summary, String... lines) {
    assertEquals(List.of(lines), summary.lines());
    assertEquals(exitCode, summary.exitCode());
  }

  @Test
  void oneLineWhereThereIsNothingToSay() {
    assertSays(0, summary(healthy(3)), "/a.db: healthy, 3 rows in 1 table");
    Verdict unknown = new CannotTell(Cause.OTHER, "why");
    assertSays(2, summary(unknown), "/a.db: can't be judged (why)");
  }

  @Test
  void findingsOfBoth() {
    assertSays(
        1,
        summary(damaged(1), ORDER, new Suspicion(9, "", "lost"), new Suspicion(0, "ix", "differs")),
        "/a.db: DAMAGED, no row is lost, 3 rows in 1 table readable",
        "  scan: page 7, ix: out of order",
        "  scan: page 9: lost",
        "  scan: ix: differs",
        "  SQLite: Page 9: never used");
  }

  @Test
  void suspicionThatSqliteDoesNotShare() {
    assertSays(
        0,
        summary(healthy(3), ORDER),
        "/a.db: healthy, 3 rows in 1 table",
        "  SQLite: ok; what the scan says is an error of the scan, please report it",
        "  scan: page 7, ix: out of order");
  }

  @Test
  void suspicionThatNobodyConfirms() {
    assertSays(
        2,
        summary(new CannotTell(Cause.MACHINE, "no space"), ORDER),
        "/a.db: can't be judged (no space)",
        "  scan: page 7, ix: out of order");
  }

  @Test
  void deepCheckThatAgrees() {
    assertSays(
        0,
        summary(healthy(3)).afterScan(healthy(3)),
        "/a.db: healthy, 3 rows in 1 table",
        "  SQLite: ok");
  }

  @Test
  void deepCheckThatFindsMore() {
    assertSays(
        1,
        summary(damaged(1)).afterScan(healthy(3)),
        "/a.db: DAMAGED, no row is lost, 3 rows in 1 table readable",
        "  SQLite: Page 9: never used",
        "  scan: finds nothing of it: an error of the scan, please report it");
  }

  @Test
  void deepCheckThatCountsOtherwise() {
    assertSays(
        0,
        summary(healthy(4)).afterScan(healthy(3)),
        "/a.db: healthy, 4 rows in 1 table",
        "  scan: counts 3 rows in 1 table: an error of the scan, please report it");
  }

  @Test
  void findingsAreLimited() {
    List<String> lines = summary(damaged(25)).lines();
    assertEquals(22, lines.size());
    assertEquals("  SQLite: and 5 more", lines.get(21));
  }

  @Test
  void namesAreCut() {
    Suspicion suspicion = new Suspicion(7, "n".repeat(100_000), "out of order");
    List<String> lines = summary(damaged(1), suspicion).lines();
    assertTrue(lines.get(1).startsWith("  scan: page 7, nnn"));
    assertTrue(lines.get(1).length() < 600);
  }
}
