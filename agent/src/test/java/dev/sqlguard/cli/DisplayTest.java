package dev.sqlguard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.DamagedPage;
import dev.sqlguard.salvage.SalvageProgress.Phase;
import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.salvage.TableOutcome;
import dev.sqlguard.salvage.TableOutcome.KeyRange;
import dev.sqlguard.salvage.Violations;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Progress, tables and summaries, as a person sees them. */
class DisplayTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Terminal terminal(boolean interactive) {
    return new Terminal(new PrintWriter(out), new PrintWriter(err), interactive);
  }

  private static SalvageReport report(TableOutcome... tables) {
    return new SalvageReport(List.of(tables), List.of(), 0, List.of(), 0, "", List.of());
  }

  private static SalvageSummary summary(SalvageReport report, Verdict verdict) {
    return new SalvageSummary(
        Path.of("/a.db"),
        Path.of("/b.db"),
        Optional.empty(),
        report,
        4210,
        Optional.ofNullable(verdict),
        900);
  }

  @Test
  void progressIsALinePerPhaseWithoutATerminal() {
    try (ProgressDisplay display = new ProgressDisplay(terminal(false), () -> {})) {
      for (int i = 0; i <= 1000; i++) {
        display.at(Phase.READ, i, 1000);
      }
      display.at(Phase.WRITE, 0, 0);
    }
    assertEquals(
        List.of("sqlguard: reading pages", "sqlguard: writing rows"),
        err.toString().lines().toList());
    assertEquals("", out.toString());
  }

  @Test
  void progressIsABarOnATerminalAndLeavesNothing() {
    try (ProgressDisplay display = new ProgressDisplay(terminal(true), () -> {})) {
      display.at(Phase.READ, 500, 1000);
    }
    assertTrue(err.toString().contains("[###############...............] reading pages, 50 %"));
    assertTrue(err.toString().endsWith(" \r"));
    assertFalse(err.toString().contains("\n"));
  }

  @Test
  void progressBeyondItsEndIsNoError() {
    assertTrue(ProgressDisplay.bar("x", 100).startsWith("[##############################] x"));
    try (ProgressDisplay display = new ProgressDisplay(terminal(true), () -> {})) {
      display.at(Phase.INDEX, Long.MAX_VALUE, 3);
      display.at(Phase.READ, -1, 3);
    }
    assertTrue(err.toString().contains("building indexes, 100 %"));
  }

  @Test
  void progressThatIsForTerminalsOnly() {
    try (ProgressDisplay display = ProgressDisplay.barOnly(terminal(false))) {
      display.at("scanning a.db", 1, 4);
    }
    assertEquals("", err.toString());
    try (ProgressDisplay display = ProgressDisplay.barOnly(terminal(true))) {
      display.at("scanning a.db", 1, 4);
    }
    assertTrue(err.toString().contains("] scanning a.db, 25 %"));
  }

  @Test
  void progressStopsTheWorkAfterASignal() {
    ProgressDisplay display =
        new ProgressDisplay(
            terminal(false),
            () -> {
              throw new CancellationException();
            });
    assertThrows(CancellationException.class, () -> display.at(Phase.READ, 1, 2));
  }

  @Test
  void completeSummary() {
    Contents contents = Contents.NONE;
    SalvageSummary summary =
        summary(
            report(
                new TableOutcome(
                    "t", 7, 0, 0, 0, List.of(), Optional.of(Violations.NONE), List.of())),
            new Verdict.Healthy(contents));
    assertTrue(summary.isComplete());
    assertEquals(
        List.of(
            "/a.db: complete, 7 rows saved, in /b.db",
            "  table  kept  from backup  quarantined  lost  destroyed keys",
            "  t         7            0            0     0",
            "salvaged in 4.2 s",
            "verified in 0.9 s: healthy, 0 rows in 0 tables"),
        summary.lines());
    assertTrue(summary.json().contains("\"result\": \"complete\""));
  }

  @Test
  void summaryWithLosses() {
    TableOutcome table =
        new TableOutcome(
            "a\nb",
            7,
            1,
            2,
            3,
            List.of(new KeyRange("5", "9"), new KeyRange("", "2")),
            Optional.empty(),
            List.of("n"));
    SalvageReport report =
        new SalvageReport(
            List.of(table),
            List.of(new DamagedPage(3, "", "zeros")),
            1,
            List.of("view v"),
            1,
            "the backup",
            List.of());
    SalvageSummary summary = summary(report, null);
    assertFalse(summary.isComplete());
    List<String> lines = summary.lines();
    assertEquals(
        "/a.db: WITH LOSSES, 10 rows saved, 3 of them from the backup, in /b.db", lines.get(0));
    assertTrue(lines.get(2).endsWith("2  (5 .. 9] (- .. 2]"), lines.get(2));
    assertTrue(lines.contains("  page 3: zeros"));
    assertTrue(lines.contains("lost: view v"));
    assertTrue(lines.contains("1 row of no known table in the lost_and_found tables"));
    assertTrue(lines.contains("not verified"));
    assertTrue(lines.contains("constraints: not examined"));
  }

  private static List<String> linesAbout(Violations violations) {
    TableOutcome table =
        new TableOutcome("t", 7, 0, 0, 0, List.of(), Optional.of(violations), List.of());
    return summary(report(table), null).lines().stream().filter(l -> l.startsWith("t: ")).toList();
  }

  @Test
  void rowsThatBreakAConstraint() {
    assertEquals(List.of(), linesAbout(Violations.NONE));
    assertEquals(
        List.of("t: keeps 3 rows against a CHECK, 1 NULL against NOT NULL"),
        linesAbout(new Violations(1, 0, 3, false, "")));
    assertEquals(
        List.of("t: keeps at least 100 values of a type against STRICT"),
        linesAbout(new Violations(0, 100, 0, true, "")));
    assertEquals(
        List.of("t: keeps 1 row against a CHECK; its CHECKs can't be asked here: why"),
        linesAbout(new Violations(0, 0, 1, false, "why")));
    assertEquals(
        List.of("t: its CHECKs can't be asked here: why"),
        linesAbout(new Violations(0, 0, 0, false, "why")));
  }

  @Test
  void resultThatDoesNotPassIsNotComplete() {
    Verdict verdict = new Verdict.CannotTell(Verdict.Cause.OTHER, "why");
    assertFalse(summary(report(), verdict).isComplete());
  }
}
