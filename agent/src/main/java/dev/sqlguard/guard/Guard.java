package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.Catalog;
import dev.sqlguard.backup.KeptBackups;
import dev.sqlguard.repair.Evidence;
import dev.sqlguard.repair.OrphanedLog;
import dev.sqlguard.repair.Proposal;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.Lease;
import dev.sqlguard.store.NotEnoughSpaceException;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateFiles;
import dev.sqlguard.verify.KnownSchemas;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verifier.Depth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What happens before an application opens a database for the first time: settle what an
 * interrupted run left, take a private copy, judge the copy, then back up, repair, or leave alone.
 */
public final class Guard {
  static final long OTHER_GUARD_WAIT = TimeUnit.SECONDS.toNanos(60);

  private final Settings settings;
  private final Log log;
  private final Disk disk;
  private final Supplier<Optional<SqliteEngine>> newestSqlite;
  private final Parked parked;
  private final Advisories advisories;
  private final Examiner examiner;

  private final StateFiles stateFiles;
  private final Settlement settlement;

  /**
   * @param newestSqlite the guard's own SQLite, loaded when it is first asked for; empty where it
   *     can't be loaded
   */
  public Guard(
      Settings settings, Log log, Disk disk, Supplier<Optional<SqliteEngine>> newestSqlite) {
    this(
        settings,
        log,
        disk,
        newestSqlite,
        new Parked(),
        new Advisories(settings.advisories(), log),
        new StateFiles());
  }

  private Guard(
      Settings settings,
      Log log,
      Disk disk,
      Supplier<Optional<SqliteEngine>> newestSqlite,
      Parked parked,
      Advisories advisories,
      StateFiles stateFiles) {
    this.settings = settings;
    this.log = log;
    this.disk = disk;
    this.newestSqlite = newestSqlite;
    this.parked = parked;
    this.advisories = advisories;
    this.stateFiles = stateFiles;
    Depth depth = settings.check() == Settings.Check.QUICK ? Depth.QUICK : Depth.FULL;
    this.examiner = new Examiner(disk, parked, depth, newestSqlite, advisories, log);
    this.settlement = new Settlement(settings, log, disk, parked, stateFiles);
  }

  /** The same guard for one visit, which ends where its lease is revoked. */
  Guard under(Lease lease) {
    Disk leased = disk.under(lease);
    return new Guard(settings, log, leased, newestSqlite, parked, advisories, stateFiles);
  }

  /** The lease is revoked, and the thread that works under it may never come back. */
  void leftBehind(Path main, Duration limit) {
    stateFiles.leave(disk);
    log.warn(
        main,
        "start-timeout ("
            + Wording.of(limit)
            + ") was over before the guard was done with it; opened as it is, and left alone from now"
            + " on; if its disk answers, set a longer start-timeout");
  }

  Advisories advisories() {
    return advisories;
  }

  /** Never throws: whatever happens here, the application opens its database. */
  public Outcome beforeFirstOpen(Target target, ApplicationDriver driver) {
    return uninterrupted(target, driver, false);
  }

  /**
   * For a database that the application opened before the guard came: a backup of an online copy.
   * Nothing else is done about it, and no file of it is opened but through {@code driver}. Never
   * throws.
   */
  public Outcome whileOpen(Target target, ApplicationDriver driver) {
    return uninterrupted(target, driver, true);
  }

  /**
   * For a database that something was using before the guard came, nobody knows through which
   * SQLite: as long as that lasts, the guard's own connection would take its locks away. Never
   * throws.
   */
  private Outcome besideUnknown(Target target, ApplicationDriver driver) {
    Path main = target.file();
    try {
      if (FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(main))) > 0) {
        log.warn(main, "not checked, not backed up: this JVM had it open before the guard came");
        return Outcome.PROCEED;
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      log.warn(main, "could not be checked (" + Wording.of(e) + "); opened as it is");
      return Outcome.PROCEED;
    }
    return beforeFirstOpen(target, driver);
  }

  /**
   * What is done before an open that passes the gate. Never throws.
   *
   * @param besideUnknown whether something else may have it open: see {@link #besideUnknown}
   */
  Outcome atTheGate(Target target, ApplicationDriver driver, boolean besideUnknown) {
    return besideUnknown ? besideUnknown(target, driver) : beforeFirstOpen(target, driver);
  }

  /**
   * At the end of the JVM. Never throws.
   *
   * @param deadline by {@link System#nanoTime}
   */
  void seal(List<GuardedFile> files, long deadline) {
    if (settings.check() == Settings.Check.AUTO) {
      new ExitSeals(settings, disk, parked, stateFiles).seal(files, deadline);
    }
  }

  private Outcome uninterrupted(Target target, ApplicationDriver driver, boolean open) {
    // Loading another SQLite runs a program, and waiting for that would take the thread's flag.
    boolean interrupted = Thread.interrupted();
    try {
      return guarded(target, driver, open);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Outcome guarded(Target target, ApplicationDriver driver, boolean open) {
    Path main = target.file();
    try {
      if (open) {
        return settings.check() == Settings.Check.OFF ? Outcome.PROCEED : backUp(target, driver);
      }
      if (settings.check() == Settings.Check.OFF) {
        settlement.settle(target);
        return Outcome.PROCEED;
      }
      return examine(target, driver);
    } catch (NotEnoughSpaceException e) {
      if (disk.isRevoked()) {
        return Outcome.PROCEED;
      }
      log.warn(main, "not checked, not backed up: " + e.getMessage() + "; older backups stay");
    } catch (IOException | RuntimeException | LinkageError e) {
      if (disk.isRevoked()) {
        return Outcome.PROCEED;
      }
      log.warn(main, "could not be checked (" + Wording.of(e) + "); opened as it is");
    }
    return Outcome.PROCEED;
  }

  /**
   * Whether {@code file} is a backup, evidence or a working file of the guard, which isn't guarded
   * when an application opens it. An application's own database may have such a name too.
   */
  public boolean isOwnFile(Path file) throws IOException {
    Optional<String> stem = BackupNames.stemOf(file);
    if (stem.isEmpty()) {
      return false;
    }
    BackupNames names = new BackupNames(file.getParent(), stem.get());
    Optional<FileStat> stat = FileStat.ofEntry(names.state());
    if (stat.isEmpty() || !stat.get().regular() || stat.get().links() > 1) {
      return false;
    }
    StateFile state = stateFiles.peek(names.state(), disk);
    Path main = file.resolveSibling(stem.get());
    return names.isWorkFile(file)
        || new Catalog(state, names, disk).identify(file).isPresent()
        || isOurs(file, new Evidence(main, state, disk, parked, settings.evidence()))
        || new Proposal(main, state, disk).isOurs(file);
  }

  private static boolean isOurs(Path file, Evidence evidence) throws IOException {
    return evidence.isOurs(file) || evidence.isCompanion(file);
  }

  private Outcome examine(Target target, ApplicationDriver driver) throws IOException {
    Path main = target.file();
    Optional<FileStat> stat = FileStat.ofEntry(main);
    boolean orphanedWal = !hasContent(stat) && hasContent(FileStat.ofEntry(walOf(main)));
    if (!hasContent(stat) && !orphanedWal && !Workplace.exists(main, settings)) {
      // Whatever key the application has becomes the right one.
      return Outcome.READ;
    }
    if (stat.isPresent() && !stat.get().regular()) {
      log.warn(main, "is not an ordinary file; left alone");
      return Outcome.PROCEED;
    }
    if (!target.locking() || !target.plainName()) {
      settlement.settle(target);
      String why = target.locking() ? "its side files lie elsewhere" : "it is opened without locks";
      log.warn(main, "not checked, not backed up: " + why);
      return Outcome.PROCEED;
    }
    Optional<String> obstacle = obstacle(target);
    if (obstacle.isPresent()) {
      settlement.settle(target);
      return hasContent(FileStat.ofEntry(main))
          ? examineOnly(target, obstacle.get(), driver, examiner)
          : Outcome.PROCEED;
    }
    FileStat owner = stat.isPresent() ? stat.get() : FileStat.privateTo(main.getParent());
    Optional<Workplace> place =
        Workplace.open(main, owner, settings, disk, parked, stateFiles, OTHER_GUARD_WAIT);
    if (place.isEmpty()) {
      log.warn(main, "not checked: the guard of another process is still at work on it");
      return Outcome.PROCEED;
    }
    try (Workplace workplace = place.get()) {
      settle(main, workplace);
      Optional<Seal> seal = workplace.breakSeal(disk);
      stat = FileStat.ofEntry(main);
      if (stat.isPresent()) {
        workplace.followPermissions(main, stat.get(), settings, disk);
      }
      if (seal.isPresent() && settings.check() == Settings.Check.AUTO) {
        SealCheck check = new SealCheck(settings, advisories, disk, parked);
        Optional<FullCheck> passed = check.recall(main, seal.get(), driver, workplace);
        if (passed.isPresent()) {
          return Outcome.passed(passed.get());
        }
      }
      return hasContent(stat)
          ? new Visit(main, stat.get(), driver, workplace, examiner, settings, disk, log).run()
          : missing(main, workplace, stat.isPresent());
    }
  }

  /** What an interrupted run left to be done about the database itself is left to the next open. */
  private Outcome backUp(Target target, ApplicationDriver driver) throws IOException {
    Path main = target.file();
    Optional<FileStat> stat = FileStat.ofEntry(main);
    if (stat.isEmpty() || !hasContent(stat) && !hasContent(FileStat.ofEntry(walOf(main)))) {
      return Outcome.PROCEED;
    }
    if (settlement.isPending(main)) {
      settlement.settle(target);
      return Outcome.PROCEED;
    }
    Examiner online = examiner.online();
    Optional<String> obstacle = obstacle(target);
    if (obstacle.isPresent()) {
      return examineOnly(target, obstacle.get(), driver, online);
    }
    Optional<Workplace> place =
        Workplace.open(main, stat.get(), settings, disk, parked, stateFiles, OTHER_GUARD_WAIT);
    if (place.isEmpty()) {
      log.warn(main, "not backed up: the guard of another process is still at work on it");
      return Outcome.PROCEED;
    }
    try (Workplace workplace = place.get()) {
      workplace.rotation().settle(workplace.staged());
      workplace.discardCopies(disk);
      workplace.breakSeal(disk);
      workplace.followPermissions(main, stat.get(), settings, disk);
      return new Visit(main, stat.get(), driver, workplace, online, settings, disk, log).run();
    }
  }

  private void settle(Path main, Workplace workplace) throws IOException {
    settlement.settle(main, workplace.installation());
    workplace.evidence().settle();
    Optional<OrphanedLog.Kept> kept = workplace.orphanedLog().settle();
    if (kept.isPresent()) {
      announceSettled(main, kept.get());
    }
    workplace.rotation().settle(workplace.staged());
    workplace.discardCopies(disk);
    workplace.discardRepairs(disk);
  }

  private void announceSettled(Path main, OrphanedLog.Kept kept) throws IOException {
    if (hasContent(FileStat.ofEntry(kept.file()))) {
      log.warn(main, Wording.ofBrokenLog(kept.file()));
    } else {
      announce(main, "its file was missing or empty, its WAL wasn't", kept);
    }
  }

  private void announce(Path main, String why, OrphanedLog.Kept kept) {
    log.warn(main, why + ": that is kept beside " + kept.file());
    for (Path deleted : kept.deleted()) {
      log.warn(main, Wording.ofDeleted(deleted));
    }
  }

  /** The file is not there, or empty; what a backup beside it holds must not be rotated away. */
  private Outcome missing(Path main, Workplace workplace, boolean exists) throws IOException {
    String what = exists ? "is empty" : "doesn't exist";
    boolean open = FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(main))) > 0;
    if (!open && hasContent(FileStat.ofEntry(walOf(main)))) {
      try {
        announce(main, what + ", but its WAL isn't", workplace.orphanedLog().keep());
      } catch (IOException e) {
        fail(main, what + ", but its WAL isn't; keeping that failed", e, "SQLite will delete it");
        return Outcome.PROCEED;
      }
    }
    try {
      keepBackupOfMissing(main, what, workplace);
    } catch (IOException e) {
      fail(main, what + "; keeping its good backup failed", e, "the next start tries again");
    }
    return Outcome.PROCEED;
  }

  private void keepBackupOfMissing(Path main, String what, Workplace workplace) throws IOException {
    Optional<BackupNames.Series> series = workplace.rotation().freeSeries();
    if (series.isPresent()) {
      Path backup = series.get().slot(0);
      KeptBackups.Result result = workplace.kept().keep(backup);
      if (result instanceof KeptBackups.Result.Kept kept) {
        log.warn(main, what + ", but a good backup does exist: " + Wording.of(kept));
      } else if (result instanceof KeptBackups.Result.NoPlace taken) {
        log.warn(
            main, what + ", but a good backup does exist: " + backup + ", " + Wording.of(taken));
      }
    }
  }

  private void fail(Path main, String what, IOException e, String then) throws IOException {
    if (disk.isRevoked()) {
      throw e;
    }
    log.warn(main, what + " (" + Wording.of(e) + "), and " + then);
  }

  /** Without a place to work beside the database: a verdict, and nothing more. */
  private Outcome examineOnly(Target target, String why, ApplicationDriver driver, Examiner by)
      throws IOException {
    Path main = target.file();
    try (TemporaryCopy copy = TemporaryCopy.of(main, disk);
        Progress progress = new Progress(log, main, Files.size(main), disk)) {
      Examination seen = by.confirm(main, copy.file(), driver, progress, KnownSchemas.none());
      if (seen.verdict() instanceof Damaged damaged) {
        log.warn(main, Wording.of(damaged) + "; left as it is, because " + why);
        return settings.whenUnrepaired(main, damaged);
      }
      if (seen.verdict() instanceof CannotTell unknown) {
        log.warn(main, "can't be judged (" + unknown.reason() + "); left alone");
      } else if (!target.readOnly()) {
        log.warn(main, "healthy, but not backed up: " + why);
      }
      return Outcome.PROCEED;
    }
  }

  /** Why there can be no work beside it, for people; empty where there can. */
  private Optional<String> obstacle(Target target) throws IOException {
    Path main = target.file();
    if (target.readOnly()) {
      return Optional.of("it is opened read-only");
    }
    if (!Files.isWritable(settings.backupDir().orElse(main.getParent()))) {
      return Optional.of(
          settings.backupDir().isPresent()
              ? "backup-dir " + settings.backupDir().get() + " can't be written"
              : "its directory can't be written");
    }
    if (!Files.notExists(main) && !Files.isWritable(main)) {
      return Optional.of("its file can't be written");
    }
    boolean tooLong =
        BackupNames.beside(main).areTooLong()
            || settings.backupDir().isPresent()
                && BackupNames.in(settings.backupDir().get(), main).areTooLong();
    return tooLong ? Optional.of("its name is too long for files beside it") : Optional.empty();
  }

  /** SQLite deletes a WAL without a main file, or with an empty one. */
  private static Path walOf(Path main) {
    return SideFiles.of(main).wal();
  }

  private static boolean hasContent(Optional<FileStat> file) {
    return file.isPresent() && file.get().size() > 0;
  }
}
