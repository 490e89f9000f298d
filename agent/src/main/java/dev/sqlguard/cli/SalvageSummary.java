package dev.sqlguard.cli;

import dev.sqlguard.salvage.DamagedPage;
import dev.sqlguard.salvage.JsonWriter;
import dev.sqlguard.salvage.ReportJson;
import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.salvage.TableOutcome;
import dev.sqlguard.salvage.TableOutcome.KeyRange;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.Healthy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is told about a salvage when it is over. */
record SalvageSummary(
    Path damaged,
    Path out,
    Optional<Path> backup,
    SalvageReport report,
    long salvageMillis,
    Optional<Verdict> verdict,
    long verifyMillis) {

  private static final int MOST_PAGES = 20;
  private static final int MOST_RANGES = 5;
  private static final long NANOS = 1_000_000;

  /** Collects it on the way. */
  static final class Builder {
    private final Path damaged;
    private final Path out;
    private final Optional<Path> backup;
    private SalvageReport report;
    private long salvageMillis;
    private Optional<Verdict> verdict = Optional.empty();
    private long verifyMillis;

    Builder(Path damaged, Path out, Optional<Path> backup) {
      this.damaged = damaged;
      this.out = out;
      this.backup = backup;
    }

    void salvaged(SalvageReport result, long nanos) {
      report = result;
      salvageMillis = nanos / NANOS;
    }

    void verified(Verdict result, long nanos) {
      verdict = Optional.of(result);
      verifyMillis = nanos / NANOS;
    }

    SalvageSummary build() {
      return new SalvageSummary(damaged, out, backup, report, salvageMillis, verdict, verifyMillis);
    }
  }

  /** Nothing is missing, and the result passes where it was checked. */
  boolean isComplete() {
    return report.isComplete() && (verdict.isEmpty() || verdict.get() instanceof Healthy);
  }

  String json() {
    JsonWriter json = new JsonWriter();
    json.beginObject();
    json.name("database").value(damaged.toString());
    json.name("output").value(out.toString());
    json.name("backup");
    if (backup.isPresent()) {
      json.value(backup.get().toString());
    } else {
      json.nullValue();
    }
    json.name("result").value(isComplete() ? "complete" : "losses");
    json.name("salvageMillis").value(salvageMillis);
    json.name("verdict").value(verdict.map(Verdicts::text).orElse("not verified"));
    json.name("verifyMillis").value(verifyMillis);
    json.name("report");
    ReportJson.write(report, json);
    json.endObject();
    return json.toString();
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(damaged + ": " + headline() + ", in " + out);
    tables(lines);
    pages(lines);
    for (String object : report.objectsLost()) {
      lines.add("lost: " + object);
    }
    if (report.unattributed() > 0) {
      lines.add(
          Counted.of(report.unattributed(), "row")
              + " of no known table in the lost_and_found tables");
    }
    if (!report.schemaFrom().isEmpty()) {
      lines.add("schema from " + report.schemaFrom());
    }
    for (String note : report.notes()) {
      lines.add("note: " + note);
    }
    if (!report.knowsViolations()) {
      lines.add("constraints: not examined");
    }
    lines.add("salvaged in " + seconds(salvageMillis));
    lines.add(
        verdict.isPresent()
            ? "verified in " + seconds(verifyMillis) + ": " + Verdicts.text(verdict.get())
            : "not verified");
    return lines;
  }

  private String headline() {
    String saved = Counted.of(report.rows(), "row") + " saved";
    if (report.fromBackup() > 0) {
      saved += ", " + report.fromBackup() + " of them from the backup";
    }
    return report.isComplete() ? "complete, " + saved : "WITH LOSSES, " + saved;
  }

  private void tables(List<String> lines) {
    TextTable table =
        new TextTable("table", "kept", "from backup", "quarantined", "lost", "destroyed keys");
    for (TableOutcome outcome : report.tables()) {
      table.row(
          outcome.name(),
          outcome.kept(),
          outcome.fromBackup(),
          outcome.quarantined(),
          outcome.lost(),
          ranges(outcome.destroyed()));
    }
    lines.addAll(table.lines());
    for (TableOutcome outcome : report.tables()) {
      if (outcome.violations().isPresent() && !outcome.violations().get().isNone()) {
        lines.add(outcome.name() + ": " + outcome.violations().get().text());
      }
      for (String note : outcome.notes()) {
        lines.add(outcome.name() + ": " + note);
      }
    }
  }

  private void pages(List<String> lines) {
    if (report.damagedPages() == 0) {
      return;
    }
    lines.add(Counted.of(report.damagedPages(), "damaged page"));
    for (DamagedPage page :
        report.pages().subList(0, Math.min(MOST_PAGES, report.pages().size()))) {
      String owner = page.owner().isEmpty() ? "" : " (" + page.owner() + ")";
      lines.add("  page " + page.page() + owner + ": " + page.what());
    }
    if (report.damagedPages() > MOST_PAGES) {
      lines.add("  and " + (report.damagedPages() - MOST_PAGES) + " more; --json lists them");
    }
  }

  /** Half-open, as they are known: after the first key, up to the second. */
  private static String ranges(List<KeyRange> ranges) {
    StringBuilder text = new StringBuilder();
    for (KeyRange range : ranges.subList(0, Math.min(MOST_RANGES, ranges.size()))) {
      text.append(text.length() == 0 ? "" : " ");
      text.append('(').append(range.after().isEmpty() ? "-" : range.after()).append(" .. ");
      text.append(range.upTo().isEmpty() ? "-)" : range.upTo() + "]");
    }
    if (ranges.size() > MOST_RANGES) {
      text.append(" and ").append(ranges.size() - MOST_RANGES).append(" more");
    }
    return text.toString();
  }

  private static String seconds(long millis) {
    return millis / 1000 + "." + millis % 1000 / 100 + " s";
  }
}
