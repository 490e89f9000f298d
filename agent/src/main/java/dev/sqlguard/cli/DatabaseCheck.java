package dev.sqlguard.cli;

import dev.sqlguard.backup.FoldedLog;
import dev.sqlguard.backup.LogOddities;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.backup.SeenIndex;
import dev.sqlguard.guard.Oddity;
import dev.sqlguard.scan.ScanReport;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.Errors;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.DestroyedHeader;
import dev.sqlguard.verify.FastCheck;
import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.KnownSchemas;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Cause;
import dev.sqlguard.verify.Verdict.Healthy;
import dev.sqlguard.verify.Verifier.Depth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The check of one database. A scan only reads, so the file itself is scanned where it is all there
 * is, and where its times prove that nobody changed it meanwhile. Everything else happens on a
 * private copy: with a log or a journal, of a file that changes, and whatever SQLite is asked. A
 * hot journal is SQLite's to roll back, so that such a copy is its to check as well.
 *
 * <p>That all of a schema is good SQL only SQLite can tell. It isn't asked for that alone: this
 * would take a copy of the whole file.
 */
final class DatabaseCheck {
  private final Path given;
  private final boolean deep;
  private final SqliteEngine sqlite;
  private final Disk disk;
  private final ProgressDisplay progress;
  private final FastCheck check;

  /** What a scan of the file itself found; null where there was none. */
  private ScanReport report;

  /**
   * @param deep whether SQLite checks everything as well
   */
  DatabaseCheck(
      Path given, boolean deep, NewestSqlite newest, Disk disk, ProgressDisplay progress) {
    this.given = given;
    this.deep = deep;
    this.sqlite = newest.onDemand();
    this.disk = disk;
    this.progress = progress;
    String scanning = "scanning " + given.getFileName();
    this.check =
        new FastCheck(
            sqlite,
            Optional::empty,
            KnownSchemas.all(),
            (pages, total) -> progress.at(scanning, pages, total));
  }

  /** Whatever comes in the way: then nobody can tell. */
  CheckSummary run() {
    Path main = given;
    try {
      main = Inputs.file(given);
      return checked(main);
    } catch (Refusal e) {
      return cannotTell(main, e.why());
    } catch (IOException e) {
      return cannotTell(main, Errors.text(e));
    }
  }

  private CheckSummary cannotTell(Path main, String reason) {
    Verdict verdict = new CannotTell(Cause.OTHER, reason);
    return new CheckSummary(main, verdict, report == null ? List.of() : report.suspicions());
  }

  private CheckSummary checked(Path main) throws IOException {
    Optional<String> other = Inputs.otherThanDatabase(main);
    if (other.isPresent()) {
      boolean log = Inputs.hasLog(main);
      return cannotTell(
          main, other.get() + (log ? "; the log beside it is of use to salvage" : ""));
    }
    Origin origin =
        Origin.of(main)
            .orElseThrow(() -> new Refusal(ExitCode.NO_INPUT, main, "doesn't exist any more"));
    if (isOdd(origin.wal()) || isOdd(origin.journal())) {
      return cannotTell(main, "a file beside it is not an ordinary one");
    }
    if (!hasContent(origin.wal()) && !hasContent(origin.journal())) {
      scanInPlace(origin);
    }
    if (report != null && !deep) {
      Optional<Verdict> verdict = check.conclude(report);
      if (verdict.isPresent()) {
        List<Oddity> odd = Oddity.of(main, Optional.empty());
        return new CheckSummary(main, verdict.get(), List.of()).with(odd);
      }
    }
    // Before the log is copied: it may grow meanwhile, but what it has had by now it keeps.
    Optional<SeenIndex> index = SeenIndex.of(SideFiles.of(main).shm(), disk, new Parked());
    String copying = "copying " + main.getFileName();
    LongConsumer copied = done -> progress.at(copying, done, origin.main().size());
    try (PrivateCopy copy = PrivateCopy.of(main, disk, copied)) {
      if (report != null && !origin.isUnchanged()) {
        report = null;
      }
      return checkedOn(copy.file(), main, index);
    }
  }

  private void scanInPlace(Origin origin) throws IOException {
    if (!origin.isYoungerThan(System.currentTimeMillis(), FrozenCopy.CLOCK_COARSENESS_MILLIS)) {
      ScanReport found = check.scan(origin.files().main());
      report = origin.isUnchanged() ? found : null;
    }
  }

  private CheckSummary checkedOn(Path copy, Path main, Optional<SeenIndex> index)
      throws IOException {
    Optional<LogOddities> log = FoldedLog.make(copy, index, disk);
    CheckSummary summary = judgedOn(copy, main);
    return summary.verdict() instanceof Healthy ? summary.with(Oddity.of(copy, log)) : summary;
  }

  private CheckSummary judgedOn(Path copy, Path main) throws IOException {
    Verdict verdict =
        report == null ? check.verify(copy, Depth.FULL) : check.conclude(copy, report);
    // A verdict that isn't healthy is already that of SQLite's whole check, and so is one on what
    // looked suspicious.
    boolean isOfSqlite = !(verdict instanceof Healthy) || !check.suspicions().isEmpty();
    if (!deep || isOfSqlite) {
      return new CheckSummary(main, proven(verdict, copy), check.suspicions());
    }
    progress.at("SQLite checks " + main.getFileName());
    Verdict whole = new IntegrityCheck(sqlite).verify(copy, Depth.FULL);
    return new CheckSummary(main, whole, List.of()).afterScan((Healthy) verdict);
  }

  /** What SQLite doesn't take for a database may be one that lost its header. */
  private Verdict proven(Verdict verdict, Path copy) throws IOException {
    if (verdict instanceof CannotTell unknown
        && (unknown.cause() == Cause.NOT_A_DATABASE
            || unknown.cause() == Cause.TOO_NEW && DestroyedHeader.hasWrongPageSize(copy))) {
      return DestroyedHeader.proven(copy, sqlite, disk).orElse(verdict);
    }
    return verdict;
  }

  private static boolean isOdd(Optional<FileStat> side) {
    return side.isPresent() && !side.get().regular();
  }

  private static boolean hasContent(Optional<FileStat> side) {
    return side.isPresent() && side.get().size() > 0;
  }
}
