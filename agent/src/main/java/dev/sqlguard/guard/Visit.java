package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.BackupRecord;
import dev.sqlguard.backup.KeptBackups;
import dev.sqlguard.backup.Rotation;
import dev.sqlguard.repair.BackupRung;
import dev.sqlguard.repair.Candidate;
import dev.sqlguard.repair.Installation;
import dev.sqlguard.repair.Ladder;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Sizes;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One database that has content, at its first open, with the guard's files for it locked. */
final class Visit {
  private final Path main;
  private final FileStat stat;
  private final SqliteEngine driver;
  private final Workplace workplace;
  private final Examiner examiner;
  private final Settings settings;
  private final Disk disk;
  private final Log log;
  private final long started = System.nanoTime();

  Visit(
      Path main,
      FileStat stat,
      SqliteEngine driver,
      Workplace workplace,
      Examiner examiner,
      Settings settings,
      Disk disk,
      Log log) {
    this.main = main;
    this.stat = stat;
    this.driver = driver;
    this.workplace = workplace;
    this.examiner = examiner;
    this.settings = settings;
    this.disk = disk;
    this.log = log;
  }

  Outcome run() throws IOException {
    try (Progress progress = new Progress(log, main, stat.size())) {
      Examination seen = examiner.examine(main, workplace.staged(), driver, progress);
      if (seen.verdict() instanceof Damaged) {
        // Guilty only when an independent copy says the same.
        workplace.discardCopies(disk);
        seen = examiner.examine(main, workplace.staged(), driver, progress);
      }
      if (seen.verdict() instanceof Healthy healthy) {
        return healthy(seen, healthy.contents());
      }
      if (seen.verdict() instanceof Damaged damaged) {
        workplace.discardCopies(disk);
        return damaged(seen, damaged);
      }
      CannotTell unknown = (CannotTell) seen.verdict();
      log.warn(main, "can't be judged (" + unknown.reason() + "); left alone, backups stay");
      return Outcome.PROCEED;
    } finally {
      workplace.discardCopies(disk);
    }
  }

  private Outcome healthy(Examination seen, Contents contents) throws IOException {
    boolean safeToRotate = keepRicherBackup(contents);
    if (settings.backups() == 0 || !safeToRotate) {
      return Outcome.PROCEED;
    }
    boolean quick = settings.check() == Settings.Check.QUICK;
    Rotation.Result result = workplace.rotation().place(workplace.staged(), stat, quick, contents);
    if (result instanceof Rotation.Result.Placed placed) {
      long millis = (System.nanoTime() - started) / 1_000_000;
      String size = Sizes.text(placed.size());
      log.info(
          main,
          "healthy"
              + seen.note()
              + ", backed up to "
              + placed.file()
              + " ("
              + size
              + ", "
              + millis
              + " ms)");
    } else if (result instanceof Rotation.Result.NoFreeSeries taken) {
      log.warn(
          main,
          "healthy, but not backed up: "
              + taken.foreign()
              + " isn't the guard's; move it away or set backup-dir");
    }
    return Outcome.PROCEED;
  }

  /**
   * A healthy but poor database must not push out the backup that still has everything.
   *
   * @return false where that backup can't be kept, so that there must be no new one
   */
  private boolean keepRicherBackup(Contents contents) throws IOException {
    Optional<BackupNames.Series> series = workplace.rotation().freeSeries();
    if (series.isEmpty()) {
      return true;
    }
    Path backup = series.get().slot(0);
    Optional<BackupRecord> newest = workplace.catalog().identify(backup);
    if (newest.isEmpty() || !newest.get().isRicherThanRemnant(contents)) {
      return true;
    }
    String loss =
        "healthy, but has much less in it than its backup ("
            + contents.rows()
            + " rows, was "
            + newest.get().rows()
            + ")";
    KeptBackups.Result result = workplace.kept().keep(backup);
    if (result instanceof KeptBackups.Result.Kept kept) {
      log.warn(main, loss + "; that backup is " + Wording.of(kept));
    } else if (result instanceof KeptBackups.Result.NoPlace taken) {
      log.warn(main, loss + ", " + Wording.of(taken) + "; not backed up");
      return false;
    }
    return true;
  }

  private Outcome damaged(Examination seen, Damaged damaged) throws IOException {
    if (!damaged.losesRows()) {
      log.warn(main, Wording.of(damaged) + "; no row is lost, so it is left as it is");
      return Outcome.PROCEED;
    }
    if (settings.onDamage() == Settings.OnDamage.REPORT) {
      return unrepaired(damaged, "left as it is (on-damage=report)");
    }
    if (seen.obstacle().isPresent()) {
      return unrepaired(damaged, "not replaced because " + seen.obstacle().get()).forNow();
    }
    try {
      BackupRung backups = new BackupRung(workplace.catalog(), new IntegrityCheck(driver), disk);
      Ladder.Choice choice = new Ladder(List.of(backups)).climb(damaged);
      if (choice.best().isEmpty()) {
        String tried =
            choice.passedOver().isEmpty()
                ? "there is no backup"
                : String.join(", ", choice.passedOver());
        return unrepaired(damaged, "nothing can replace it (" + tried + "); left as it is");
      }
      return install(seen, damaged, choice.best().get());
    } catch (IOException e) {
      // Damage stays proven, whatever came in the way of its repair.
      return unrepaired(damaged, "not repaired: " + Wording.of(e)).forNow();
    }
  }

  private Outcome install(Examination seen, Damaged damaged, Candidate best) throws IOException {
    boolean wal = seen.wal().isPresent() ? seen.wal().get() : best.wal();
    Installation.Result result =
        workplace.installation().install(best.file(), seen.origin().orElseThrow(), wal);
    if (result instanceof Installation.Result.NotPossible impossible) {
      String what = best.origin() + " is good, but not installed: " + impossible.reason();
      log.warnOfChange(main, Wording.of(damaged) + "; " + what, impossible.reason());
      return settings.whenUnrepaired(main, damaged).forNow();
    }
    Installation.Result.Installed installed = (Installation.Result.Installed) result;
    log.warn(
        main,
        Wording.of(damaged)
            + "; restored from "
            + best.origin()
            + " with "
            + best.contents().rows()
            + " rows; the damaged file is kept as "
            + installed.evidence());
    for (Path deleted : installed.deleted()) {
      log.warn(main, "older evidence deleted: " + deleted);
    }
    return Outcome.PROCEED;
  }

  private Outcome unrepaired(Damaged damaged, String what) {
    log.warnOfChange(main, Wording.of(damaged) + "; " + what, what);
    return settings.whenUnrepaired(main, damaged);
  }
}
