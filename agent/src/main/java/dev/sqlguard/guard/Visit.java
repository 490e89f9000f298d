package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.BackupRecord;
import dev.sqlguard.backup.KeptBackups;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.backup.Rotation;
import dev.sqlguard.repair.OrphanedLog;
import dev.sqlguard.repair.StandingRefusal;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Sizes;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Cause;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** One database that has content, at its first open, with the guard's files for it locked. */
final class Visit {
  private final Path main;
  private final FileStat stat;
  private final ApplicationDriver driver;
  private final Workplace workplace;
  private final Examiner examiner;
  private final Settings settings;
  private final Disk disk;
  private final Log log;
  private final long started = System.nanoTime();
  private final long startedAt = System.currentTimeMillis();

  Visit(
      Path main,
      FileStat stat,
      ApplicationDriver driver,
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
    if (workplace.mayHaveRefusal()) {
      Optional<Outcome> standing = standingRefusal();
      if (standing.isPresent()) {
        return standing.get();
      }
    }
    workplace.rotation().confirmNames();
    workplace.whereabouts().rememberFirst();
    try (Progress progress = new Progress(log, main, stat.size(), disk)) {
      Examination seen =
          examiner.examine(main, workplace.staged(), driver, progress, workplace.schemas());
      if (seen.verdict() instanceof Damaged) {
        // Guilty only when an independent copy and the newest SQLite say the same.
        workplace.discardCopies(disk);
        seen = examiner.confirm(main, workplace.staged(), driver, progress, workplace.schemas());
      }
      if (seen.verdict() instanceof Healthy healthy) {
        return healthy(seen, healthy.contents());
      }
      if (seen.verdict() instanceof Damaged damaged) {
        workplace.discardCopies(disk);
        return new Repair(main, seen, damaged, driver, workplace, examiner, settings, disk, log)
            .run(progress);
      }
      CannotTell unknown = (CannotTell) seen.verdict();
      log.warn(main, "can't be judged (" + unknown.reason() + "); left alone, backups stay");
      return unknown.cause() == Cause.NOT_A_DATABASE ? Outcome.UNREADABLE : Outcome.PROCEED;
    } finally {
      workplace.tidy(disk);
    }
  }

  /** Neither check nor salvage would say anything else of files that are what they were then. */
  private Optional<Outcome> standingRefusal() throws IOException {
    StandingRefusal refusal = workplace.refusal(main, settings, driver, disk);
    Optional<StandingRefusal.Said> said = refusal.recall();
    if (said.isEmpty()) {
      refusal.forget();
      return Optional.empty();
    }
    String what = said.get().what();
    log.warnOfChange(main, "still " + said.get().damage() + "; " + what, what);
    Outcome outcome = settings.whenRowsAreLost(main, said.get().damage());
    boolean passing = workplace.whereabouts().newest().isEmpty();
    return Optional.of(passing ? outcome.forNow() : outcome);
  }

  /** It stays healthy, whatever becomes of its backup. */
  private Outcome healthy(Examination seen, Contents contents) throws IOException {
    Optional<Path> backup = Optional.empty();
    try {
      backup = backUp(seen, contents);
    } catch (IOException e) {
      if (disk.isRevoked()) {
        throw e;
      }
      log.warn(main, Wording.ofFailedBackup(seen.note(), e));
    }
    return passed(seen, backup);
  }

  /**
   * @return the newest backup, where that holds what was checked
   */
  private Optional<Path> backUp(Examination seen, Contents contents) throws IOException {
    if (!keepWhatIsRicher(seen, contents) || settings.backups() == 0) {
      return Optional.empty();
    }
    boolean quick = settings.check() == Settings.Check.QUICK;
    Rotation rotation = workplace.rotation();
    workplace.announceBackup();
    Rotation.Result result =
        seen.encrypted()
            ? rotation.placeEncrypted(workplace.staged(), stat, quick, contents)
            : rotation.place(workplace.staged(), stat, quick, contents, seen.imageHash());
    if (result instanceof Rotation.Result.Placed placed) {
      log.info(
          main,
          "healthy" + seen.note() + ", backed up to " + placed.file() + effort(placed.size()));
    } else if (result instanceof Rotation.Result.Renewed renewed) {
      log.warn(
          main,
          "healthy"
              + seen.note()
              + ", but "
              + renewed.file()
              + " couldn't be read any more as it was verified, and is replaced by a new copy"
              + effort(renewed.size())
              + "; look at the disk that it is on");
    } else if (result instanceof Rotation.Result.NoFreeSeries taken) {
      log.warn(
          main,
          "healthy, but not backed up: "
              + taken.foreign()
              + " isn't the guard's; move it away or set backup-dir");
    }
    return placeOf(result);
  }

  private String effort(long size) {
    long millis = (System.nanoTime() - started) / 1_000_000;
    return " (" + Sizes.text(size) + ", " + millis + " ms)";
  }

  private static Optional<Path> placeOf(Rotation.Result result) {
    if (result instanceof Rotation.Result.Placed placed) {
      return Optional.of(placed.file());
    }
    if (result instanceof Rotation.Result.Renewed renewed) {
      return Optional.of(renewed.file());
    }
    return result instanceof Rotation.Result.Unchanged unchanged
        ? Optional.of(unchanged.file())
        : Optional.empty();
  }

  /**
   * What is in a log or a journal may be lost without a trace in the main file, and so may be a
   * change within one step of the clock: then the file doesn't tell that the backup holds the same.
   *
   * @param backup where the newest one is that holds what was checked
   */
  private Outcome passed(Examination seen, Optional<Path> backup) {
    if (settings.check() != Settings.Check.AUTO || seen.encrypted() || seen.origin().isEmpty()) {
      return Outcome.READ;
    }
    Origin origin = seen.origin().get();
    Optional<String> hash = Optional.empty();
    if (backup.isPresent()
        && !origin.hasSideContent()
        && Seal.isSettled(origin.main(), startedAt)) {
      hash = hashOf(backup.get());
    }
    return Outcome.passed(new FullCheck(startedAt, origin.main(), hash));
  }

  /** Without it there is no seal, and nothing else to say of that. */
  private Optional<String> hashOf(Path backup) {
    try {
      return workplace.catalog().identify(backup).map(BackupRecord::hash);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * A poorer database must not push out what is richer: the last backup, and transactions in a log
   * that the application's next commit overwrites.
   *
   * @return false where there must be no new backup
   */
  private boolean keepWhatIsRicher(Examination seen, Contents contents) throws IOException {
    Optional<String> commits = seen.commitsBehindDamage();
    boolean dropped = commits.isPresent() && !workplace.brokenLog().isKept(commits.get());
    try {
      return keepRicherBackup(contents, dropped);
    } finally {
      if (dropped) {
        keepBrokenLog(commits.get(), seen);
      }
    }
  }

  /** What can't be kept is no reason to go without a backup. */
  private void keepBrokenLog(String commits, Examination seen) {
    try {
      OrphanedLog.Kept kept = workplace.brokenLog().keep(commits, seen.origin());
      log.warn(main, Wording.ofBrokenLog(kept.file()));
      for (Path deleted : kept.deleted()) {
        log.warn(main, Wording.ofDeleted(deleted));
      }
    } catch (IOException e) {
      log.warn(main, Wording.ofBrokenLogLost(e));
    }
  }

  /**
   * A healthy but poor database must not push out the backup that still has everything.
   *
   * @param dropped whether it has lost rows that it once had; then a single one is enough, as it is
   *     after a repair that didn't see this backup
   * @return false where that backup can't be kept, so that there must be no new one
   */
  private boolean keepRicherBackup(Contents contents, boolean dropped) throws IOException {
    Optional<BackupNames.Series> series = workplace.rotation().freeSeries();
    if (series.isEmpty()) {
      return true;
    }
    Path backup = series.get().slot(0);
    Optional<BackupRecord> newest = workplace.catalog().identify(backup);
    boolean remnant = newest.isPresent() && newest.get().isRicherThanRemnant(contents);
    boolean mayLack = dropped || workplace.pastLoss().isUnseen();
    boolean poorer = mayLack && newest.isPresent() && newest.get().hasMoreThan(contents);
    if (!remnant && !poorer) {
      return true;
    }
    String loss =
        remnant
            ? "healthy, but has much less in it than its backup ("
                + contents.rows()
                + " rows, was "
                + newest.get().rows()
                + ")"
            : "healthy, but " + Wording.ofMore(backup, newest.get(), contents);
    KeptBackups.Result result = workplace.kept().keep(backup);
    if (result instanceof KeptBackups.Result.Kept kept) {
      log.warn(main, loss + "; that backup is " + Wording.of(kept));
    } else if (result instanceof KeptBackups.Result.NoPlace taken) {
      log.warn(main, loss + ", " + Wording.of(taken) + "; not backed up");
      return false;
    }
    return true;
  }
}
