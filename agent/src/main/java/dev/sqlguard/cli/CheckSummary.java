package dev.sqlguard.cli;

import dev.sqlguard.guard.Oddity;
import dev.sqlguard.scan.Suspicion;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What is told about a database that was checked.
 *
 * @param suspicions what the scan found, whatever SQLite says of it
 * @param remark how a scan that found nothing goes with SQLite's own check; empty where there was
 *     none
 * @param oddities of a healthy database; else none
 */
record CheckSummary(
    Path database,
    Verdict verdict,
    List<Suspicion> suspicions,
    String remark,
    List<Oddity> oddities) {
  private static final int MOST_LINES = 20;

  /** Names come from the file, and may be as long as it is. */
  private static final int LONGEST_LINE = 500;

  private static final String ERROR = "an error of the scan, please report it";

  CheckSummary(Path database, Verdict verdict, List<Suspicion> suspicions) {
    this(database, verdict, suspicions, "", List.of());
  }

  /** SQLite has checked, for itself, what a scan had found healthy. */
  CheckSummary afterScan(Healthy scanned) {
    String said;
    if (verdict instanceof Damaged) {
      said = "finds nothing of it: " + ERROR;
    } else if (verdict instanceof Healthy healthy) {
      Contents counted = scanned.contents();
      boolean same = counted.rowsByTable().equals(healthy.contents().rowsByTable());
      said = same ? "" : "counts " + amount(counted) + ": " + ERROR;
    } else {
      said = "finds no damage";
    }
    String together = said.isEmpty() ? "SQLite: ok" : "scan: " + said;
    return new CheckSummary(database, verdict, suspicions, together, oddities);
  }

  CheckSummary with(List<Oddity> odd) {
    return new CheckSummary(database, verdict, suspicions, remark, odd);
  }

  int exitCode() {
    if (verdict instanceof Healthy) {
      return ExitCode.COMPLETE;
    }
    return verdict instanceof Damaged ? ExitCode.LOSSES : ExitCode.CANNOT_TELL;
  }

  /** The result, and below it what was found, where. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(database + ": " + headline());
    if (verdict instanceof Healthy && !suspicions.isEmpty()) {
      lines.add("  SQLite: ok; what the scan says is " + ERROR);
    }
    add(lines, "scan", suspicions, Suspicion::toString);
    if (verdict instanceof Damaged damaged) {
      add(lines, "SQLite", damaged.findings(), Finding::text);
    }
    if (!remark.isEmpty()) {
      lines.add("  " + remark);
    }
    add(lines, "note", oddities, Oddity::text);
    return lines;
  }

  private String headline() {
    if (verdict instanceof Damaged damaged) {
      String loss = damaged.losesRows() ? "" : "no row is lost, ";
      return "DAMAGED, " + loss + amount(damaged.readable()) + " readable";
    }
    return Verdicts.text(verdict);
  }

  private static String amount(Contents contents) {
    return Counted.of(contents.rows(), "row") + " in " + Counted.of(contents.tables(), "table");
  }

  private static <T> void add(
      List<String> lines, String whose, List<T> found, Function<T, String> text) {
    for (T each : found.subList(0, Math.min(MOST_LINES, found.size()))) {
      String line = "  " + whose + ": " + text.apply(each);
      lines.add(line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + " …" : line);
    }
    if (found.size() > MOST_LINES) {
      lines.add("  " + whose + ": and " + (found.size() - MOST_LINES) + " more");
    }
  }
}
