package dev.sqlguard.guard;

import dev.sqlguard.backup.OnlineCopy;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.backup.Rotation;
import dev.sqlguard.backup.Snapshot;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.PlainDatabaseProof;
import dev.sqlguard.repair.BackupRung;
import dev.sqlguard.repair.Installation;
import dev.sqlguard.repair.Ladder;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.NotEnoughSpaceException;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Sizes;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.SqliteError;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Cause;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import dev.sqlguard.verify.Verifier.Depth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What happens before an application opens a database for the first time: settle what an
 * interrupted run left, take a private copy, judge the copy, then back up, repair, or leave alone.
 */
public final class Guard {
  private static final long OTHER_GUARD_WAIT = TimeUnit.SECONDS.toNanos(60);
  private static final int OWN_BUSY_MILLIS = 500;
  private static final int OTHERS_BUSY_MILLIS = 2000;

  private final Settings settings;
  private final Log log;
  private final Disk disk;
  private final Parked parked = new Parked();
  private final Supplier<Optional<SqliteEngine>> newestSqlite;

  /**
   * @param newestSqlite the guard's own SQLite, loaded when it is first asked for; empty where it
   *     can't be loaded
   */
  public Guard(
      Settings settings, Log log, Disk disk, Supplier<Optional<SqliteEngine>> newestSqlite) {
    this.settings = settings;
    this.log = log;
    this.disk = disk;
    this.newestSqlite = newestSqlite;
  }

  /** Never throws: whatever happens here, the application opens its database. */
  public Outcome beforeFirstOpen(Target target, SqliteEngine driver) {
    Path main = target.file();
    if (settings.check() == Settings.Check.OFF) {
      return Outcome.PROCEED;
    }
    try {
      return examine(target, driver);
    } catch (NotEnoughSpaceException e) {
      log.warn(main, "not checked, not backed up: " + e.getMessage() + "; older backups stay");
    } catch (IOException | RuntimeException | LinkageError e) {
      log.warn(main, "could not be checked (" + reason(e) + "); opened as it is");
    }
    return Outcome.PROCEED;
  }

  private Outcome examine(Target target, SqliteEngine driver) throws IOException {
    Path main = target.file();
    Optional<FileStat> stat = FileStat.ofEntry(main);
    boolean hasContent = stat.isPresent() && stat.get().size() > 0;
    if (!hasContent && !Workplace.exists(main, settings)) {
      return Outcome.PROCEED;
    }
    if (stat.isPresent() && !stat.get().regular()) {
      log.warn(main, "is not an ordinary file; left alone");
      return Outcome.PROCEED;
    }
    if (!target.locking() || !target.plainName()) {
      String why = target.locking() ? "its side files lie elsewhere" : "it is opened without locks";
      log.warn(main, "not checked, not backed up: " + why);
      return Outcome.PROCEED;
    }
    if (target.readOnly() || !canWorkBeside(main)) {
      return hasContent ? examineOnly(target, driver) : Outcome.PROCEED;
    }
    FileStat model = stat.isPresent() ? stat.get() : stateOwner(main);
    Optional<Workplace> place =
        Workplace.open(main, model, settings, disk, parked, OTHER_GUARD_WAIT);
    if (place.isEmpty()) {
      log.warn(main, "not checked: the guard of another process is still at work on it");
      return Outcome.PROCEED;
    }
    try (Workplace workplace = place.get()) {
      settle(main, workplace);
      stat = FileStat.ofEntry(main);
      return stat.isPresent() && stat.get().size() > 0
          ? new Visit(target, driver, workplace, stat.get()).run()
          : missing(main, workplace, stat.isPresent());
    }
  }

  private void settle(Path main, Workplace workplace) throws IOException {
    Optional<Path> finished = workplace.installation().settle();
    if (finished.isPresent()) {
      log.warn(main, "an interrupted repair is finished; the damaged file is " + finished.get());
    }
    disk.delete(workplace.names().scratch());
    workplace.rotation().settle(workplace.staged());
  }

  /** The file is not there, or empty; what a backup beside it holds must not be rotated away. */
  private Outcome missing(Path main, Workplace workplace, boolean exists) throws IOException {
    String what = exists ? "is empty" : "doesn't exist";
    if (exists && hasContent(main, "-wal")) {
      Path evidence = workplace.evidence().keepCopy();
      log.warn(main, what + " although its WAL isn't; both are kept as " + evidence);
    }
    Optional<Path> kept = keepNewest(workplace);
    if (kept.isPresent()) {
      log.warn(main, what + ", but a good backup does exist: kept as " + kept.get());
    }
    return Outcome.PROCEED;
  }

  private static Optional<Path> keepNewest(Workplace workplace) throws IOException {
    Rotation rotation = workplace.rotation();
    var series = rotation.freeSeries();
    return series.isPresent() ? rotation.keepNewest(series.get()) : Optional.empty();
  }

  private static boolean hasContent(Path main, String suffix) throws IOException {
    Path side = SideFiles.named(main, suffix);
    return FileStat.ofEntry(side).filter(s -> s.regular() && s.size() > 0).isPresent();
  }

  /** Without a place to work beside the database: a verdict, and nothing more. */
  private Outcome examineOnly(Target target, SqliteEngine driver) throws IOException {
    Path main = target.file();
    Path directory = Files.createTempDirectory("sqlguard-");
    Path copy = directory.resolve("copy.db");
    try (Progress progress = new Progress(log, main, Files.size(main))) {
      Examination seen = copyAndJudge(main, copy, driver, progress);
      if (seen.verdict() instanceof Damaged damaged) {
        log.warn(main, describe(damaged) + "; " + whyNoWork(target) + ", so it is left as it is");
        return afterUnrepaired(main, damaged);
      }
      if (seen.verdict() instanceof CannotTell unknown) {
        log.warn(main, "can't be judged (" + unknown.reason() + "); left alone");
      } else if (!target.readOnly()) {
        log.warn(main, "healthy, but not backed up: its directory can't be written");
      }
      return Outcome.PROCEED;
    } finally {
      new Snapshot(disk, parked, done -> {}).discard(copy);
      Files.deleteIfExists(directory);
    }
  }

  private static String whyNoWork(Target target) {
    return target.readOnly() ? "it is opened read-only" : "its directory can't be written";
  }

  private boolean canWorkBeside(Path main) {
    Path place = settings.backupDir().orElse(main.getParent());
    return Files.isWritable(place) && (Files.notExists(main) || Files.isWritable(main));
  }

  private FileStat stateOwner(Path main) throws IOException {
    return FileStat.of(main.getParent()).orElseThrow();
  }

  /** One database at its first open, with the guard's files locked. */
  private final class Visit {
    private final Path main;
    private final SqliteEngine driver;
    private final Workplace workplace;
    private final FileStat stat;
    private final long started = System.nanoTime();

    Visit(Target target, SqliteEngine driver, Workplace workplace, FileStat stat) {
      this.main = target.file();
      this.driver = driver;
      this.workplace = workplace;
      this.stat = stat;
    }

    Outcome run() throws IOException {
      try (Progress progress = new Progress(log, main, stat.size())) {
        Examination seen = copyAndJudge(main, workplace.staged(), driver, progress);
        if (seen.verdict() instanceof Damaged) {
          // Guilty only when an independent copy says the same.
          workplace.discardStaged(disk);
          seen = copyAndJudge(main, workplace.staged(), driver, progress);
        }
        if (seen.verdict() instanceof Healthy healthy) {
          return healthy(seen, healthy);
        }
        if (seen.verdict() instanceof Damaged damaged) {
          workplace.discardStaged(disk);
          return damaged(seen, damaged);
        }
        CannotTell unknown = (CannotTell) seen.verdict();
        log.warn(main, "can't be judged (" + unknown.reason() + "); left alone, backups stay");
        return Outcome.PROCEED;
      } finally {
        workplace.discardStaged(disk);
      }
    }

    private Outcome healthy(Examination seen, Healthy healthy) throws IOException {
      Rotation rotation = workplace.rotation();
      var series = rotation.freeSeries();
      if (series.isPresent()) {
        var newest = workplace.catalog().identify(series.get().slot(0));
        if (newest.isPresent() && newest.get().isRicherThanRemnant(healthy.contents())) {
          Optional<Path> kept = rotation.keepNewest(series.get());
          if (kept.isPresent()) {
            log.warn(
                main,
                "healthy, but has much less in it than its backup ("
                    + healthy.contents().rows()
                    + " rows, was "
                    + newest.get().rows()
                    + "); that backup is kept as "
                    + kept.get());
          }
        }
      }
      if (settings.backups() == 0) {
        return Outcome.PROCEED;
      }
      boolean quick = settings.check() == Settings.Check.QUICK;
      Rotation.Result result = rotation.place(workplace.staged(), stat, quick, healthy.contents());
      if (result instanceof Rotation.Result.Placed placed) {
        long millis = (System.nanoTime() - started) / 1_000_000;
        log.info(
            main,
            "healthy"
                + seen.note()
                + ", backed up to "
                + placed.file()
                + " ("
                + Sizes.text(placed.size())
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

    private Outcome damaged(Examination seen, Damaged damaged) throws IOException {
      if (!damaged.losesRows()) {
        log.warn(main, describe(damaged) + "; no row is lost, so it is left as it is");
        return Outcome.PROCEED;
      }
      if (settings.onDamage() == Settings.OnDamage.REPORT) {
        log.warn(main, describe(damaged) + "; left as it is (on-damage=report)");
        return afterUnrepaired(main, damaged);
      }
      if (seen.whyNotReplaceable().isPresent()) {
        String why = seen.whyNotReplaceable().get();
        log.warn(main, describe(damaged) + "; not replaced because " + why);
        return afterUnrepaired(main, damaged);
      }
      Ladder ladder =
          new Ladder(
              List.of(new BackupRung(workplace.catalog(), new IntegrityCheck(driver), disk)));
      Ladder.Choice choice = ladder.climb(damaged);
      if (choice.best().isEmpty()) {
        String tried =
            choice.passedOver().isEmpty()
                ? "there is no backup"
                : String.join(", ", choice.passedOver());
        log.warn(
            main, describe(damaged) + "; nothing can replace it (" + tried + "); left as it is");
        return afterUnrepaired(main, damaged);
      }
      var best = choice.best().get();
      Installation.Result result =
          workplace.installation().install(best.file(), seen.origin().orElseThrow(), seen.wal());
      if (result instanceof Installation.Result.Installed installed) {
        log.warn(
            main,
            describe(damaged)
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
      String why = ((Installation.Result.NotPossible) result).reason();
      log.warn(main, describe(damaged) + "; " + best.origin() + " is good, not installed: " + why);
      return afterUnrepaired(main, damaged);
    }
  }

  private Outcome afterUnrepaired(Path main, Damaged damaged) {
    return damaged.losesRows() && settings.onUnrecoverable() == Settings.OnUnrecoverable.REFUSE
        ? Outcome.refuse(
            "sqlguard: " + main + " is damaged and could not be repaired; " + describe(damaged))
        : Outcome.LEFT_DAMAGED;
  }

  /**
   * What a copy showed.
   *
   * @param origin the files that were copied; empty for an online copy
   * @param wal whether the database is in WAL mode
   * @param whyNotReplaceable set where proven damage must not lead to a replacement
   * @param note for people, after the verdict
   */
  private record Examination(
      Verdict verdict,
      Optional<Origin> origin,
      boolean wal,
      Optional<String> whyNotReplaceable,
      String note) {

    static Examination cannotTell(String reason) {
      CannotTell verdict = new CannotTell(Cause.OTHER, reason);
      return new Examination(verdict, Optional.empty(), false, Optional.empty(), "");
    }
  }

  private Examination copyAndJudge(Path main, Path copy, SqliteEngine driver, Progress progress)
      throws IOException {
    Snapshot.Result result = new Snapshot(disk, parked, progress).take(main, copy);
    if (result instanceof Snapshot.Result.Failed failed) {
      return Examination.cannotTell(failed.reason());
    }
    if (result instanceof Snapshot.Result.InUse inUse) {
      return copyOnlineAndJudge(main, copy, driver, inUse);
    }
    Origin origin = ((Snapshot.Result.Taken) result).origin();
    boolean wal = isWal(copy);
    Verdict verdict = judge(copy, driver);
    String note = "";
    Optional<String> obstacle = Optional.empty();
    if (verdict instanceof CannotTell unknown && unknown.cause() == Cause.TOO_NEW) {
      Optional<SqliteEngine> newest = newestSqlite.get();
      if (newest.isPresent()) {
        verdict = judge(copy, newest.get());
        note = " (says " + newest.get().name() + "; the application's driver can't read it)";
        obstacle = Optional.of("the application's own driver can't judge it");
      }
    }
    if (verdict instanceof CannotTell unknown && unknown.cause() == Cause.NOT_A_DATABASE) {
      verdict = provenPlain(copy).orElse(verdict);
    }
    return new Examination(verdict, Optional.of(origin), wal, obstacle, note);
  }

  private Examination copyOnlineAndJudge(
      Path main, Path copy, SqliteEngine driver, Snapshot.Result.InUse inUse) throws IOException {
    boolean here = inUse.where() == Snapshot.Where.THIS_PROCESS;
    if (!driver.mayOpenLiveFiles()) {
      return Examination.cannotTell(inUse.reason() + ", with more than one copy of SQLite");
    }
    try {
      int patience = here ? OWN_BUSY_MILLIS : OTHERS_BUSY_MILLIS;
      new OnlineCopy(disk, driver).take(main, copy, patience);
    } catch (SQLException e) {
      return Examination.cannotTell(inUse.reason() + ": " + SqliteError.of(e).message());
    }
    boolean wal = isWal(copy);
    Optional<String> obstacle = Optional.of(inUse.reason());
    String note = " (" + inUse.reason() + ")";
    return new Examination(judge(copy, driver), Optional.empty(), wal, obstacle, note);
  }

  private Verdict judge(Path copy, SqliteEngine engine) {
    boolean quick = settings.check() == Settings.Check.QUICK;
    return new IntegrityCheck(engine).verify(copy, quick ? Depth.QUICK : Depth.FULL);
  }

  /**
   * "Not a database" is damage only where the rest of the file proves that it was one, and its
   * header isn't one of a format that is newer than every SQLite.
   */
  private static Optional<Verdict> provenPlain(Path copy) throws IOException {
    try (FileBytes bytes = new FileBytes(copy)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      boolean newer = header.filter(h -> h.readVersion() > DatabaseHeader.WAL).isPresent();
      if (newer || !PlainDatabaseProof.holds(bytes)) {
        return Optional.empty();
      }
      Finding finding = Finding.headerDestroyed();
      return Optional.of(new Damaged(List.of(finding), true, Contents.NONE));
    }
  }

  private static boolean isWal(Path copy) throws IOException {
    try (FileBytes bytes = new FileBytes(copy)) {
      return DatabaseHeader.read(bytes).filter(DatabaseHeader::isWal).isPresent();
    }
  }

  private static String describe(Damaged damaged) {
    int findings = damaged.findings().size();
    return "DAMAGED ("
        + damaged.findings().get(0).text()
        + (findings > 1 ? ", and " + (findings - 1) + " more" : "")
        + ")";
  }

  private static String reason(Throwable t) {
    return t.getMessage() == null || !(t instanceof IOException) ? t.toString() : t.getMessage();
  }
}
