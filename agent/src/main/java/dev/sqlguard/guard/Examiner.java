package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.FoldedLog;
import dev.sqlguard.backup.LogOddities;
import dev.sqlguard.backup.OnlineCopy;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.backup.SeenIndex;
import dev.sqlguard.backup.Snapshot;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.PlainDatabaseProof;
import dev.sqlguard.format.WalImage;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.UnseenUse;
import dev.sqlguard.verify.DestroyedHeader;
import dev.sqlguard.verify.FastCheck;
import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.KnownSchemas;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.SqliteError;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Cause;
import dev.sqlguard.verify.Verdict.Healthy;
import dev.sqlguard.verify.Verifier.Depth;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;
import java.util.function.Supplier;

/** Takes a private copy of a database and has it judged. */
final class Examiner {
  private static final int OWN_BUSY_MILLIS = 500;
  private static final int OTHERS_BUSY_MILLIS = 2000;

  private final Disk disk;
  private final Parked parked;
  private final Depth depth;
  private final Supplier<Optional<SqliteEngine>> newestSqlite;
  private final Advisories advisories;
  private final Log log;

  /** Whether the application has everything open, so that no file is ever read directly. */
  private final boolean online;

  /**
   * @param newestSqlite asked where the application's driver is too old for a file
   */
  Examiner(
      Disk disk,
      Parked parked,
      Depth depth,
      Supplier<Optional<SqliteEngine>> newestSqlite,
      Advisories advisories,
      Log log) {
    this(disk, parked, depth, newestSqlite, advisories, log, false);
  }

  private Examiner(
      Disk disk,
      Parked parked,
      Depth depth,
      Supplier<Optional<SqliteEngine>> newestSqlite,
      Advisories advisories,
      Log log,
      boolean online) {
    this.disk = disk;
    this.parked = parked;
    this.depth = depth;
    this.newestSqlite = newestSqlite;
    this.advisories = advisories;
    this.log = log;
    this.online = online;
  }

  /** For databases that the application has open: they are reached through its driver alone. */
  Examiner online() {
    return new Examiner(disk, parked, depth, newestSqlite, advisories, log, true);
  }

  /** The guard's own SQLite, loaded when it is first asked for. */
  Supplier<Optional<SqliteEngine>> newestSqlite() {
    return newestSqlite;
  }

  /** For one more private copy of what was examined. */
  Snapshot snapshot(Progress progress) {
    return new Snapshot(disk, parked, progress);
  }

  /**
   * Copies to {@code copy}, which must not exist. The copy stays, folded into one file, unless
   * there is nothing to keep of it.
   */
  Examination examine(
      Path main, Path copy, ApplicationDriver driver, Progress progress, KnownSchemas known)
      throws IOException {
    Snapshot.Result result = online ? Snapshot.usedHere() : snapshot(progress).take(main, copy);
    if (result instanceof Snapshot.Result.Failed failed) {
      return Examination.cannotTell(failed.reason());
    }
    if (result instanceof Snapshot.Result.InUse inUse) {
      progress.copied();
      return examineOnline(main, copy, driver, inUse, progress, known);
    }
    progress.copied();
    Snapshot.Result.Taken taken = (Snapshot.Result.Taken) result;
    return examineCopy(taken.origin(), taken.index(), copy, driver, progress, known);
  }

  /**
   * The same once more, to confirm damage: on a copy of its own, and by the newest SQLite too. Old
   * ones have found damage where there is none (before 3.8, in indexes where large integers stand
   * among reals).
   */
  Examination confirm(
      Path main, Path copy, ApplicationDriver driver, Progress progress, KnownSchemas known)
      throws IOException {
    Examination seen = examine(main, copy, driver, progress, known);
    Optional<SqliteEngine> newest =
        seen.isCheckedAndDamaged() && !seen.encrypted() ? newestSqlite.get() : Optional.empty();
    if (newest.isEmpty() || isSameSqlite(newest.get(), driver, copy)) {
      return seen;
    }
    Verdict second = judge(copy, newest.get());
    String note = " (says " + newest.get().name() + "; the application's driver finds damage)";
    return second instanceof Healthy ? seen.overruled(second, note) : seen;
  }

  /** An engine knows its version once it has opened a file; {@code driver} has. */
  private static boolean isSameSqlite(SqliteEngine newest, SqliteEngine driver, Path copy) {
    try {
      newest.open(copy).close();
    } catch (SQLException e) {
      return false;
    }
    return newest.version().isPresent() && newest.version().equals(driver.version());
  }

  private Examination examineCopy(
      Origin origin,
      Optional<SeenIndex> index,
      Path copy,
      ApplicationDriver driver,
      Progress progress,
      KnownSchemas known)
      throws IOException {
    if (driver.isKeyed() && !isPlain(copy)) {
      return examineEncrypted(origin, copy, driver);
    }
    Optional<Boolean> wal = isWal(copy);
    // Before it is folded.
    Optional<String> behindDamage = commitsBehindDamage(copy);
    Optional<LogOddities> oddities = FoldedLog.make(copy, index, disk);
    disk.startWriting(copy);
    FastCheck check = new FastCheck(driver, newestSqlite, known, progress);
    Verdict verdict = verdict(check, origin.files().main(), copy);
    advisories.examined(origin.files().main(), driver, isTrue(wal), false);
    if (verdict instanceof Healthy) {
      advisories.healthy(origin.files().main(), copy, oddities, behindDamage.isPresent());
    }
    String note = "";
    Optional<String> obstacle = obstacleOf(check);
    boolean proofNeeded = isCannotTell(verdict, Cause.NOT_A_DATABASE) && !driver.isKeyed();
    if (isCannotTell(verdict, Cause.TOO_NEW)) {
      Optional<SqliteEngine> newest = newestSqlite.get();
      Verdict second = newest.isPresent() ? judge(copy, newest.get()) : verdict;
      proofNeeded = !(second instanceof Healthy) && DestroyedHeader.hasWrongPageSize(copy);
      if (newest.isPresent() && !proofNeeded) {
        verdict = second;
        note = " (says " + newest.get().name() + "; the application's driver can't read it)";
        obstacle = Optional.of("the application's own driver can't judge it");
      }
    }
    if (proofNeeded) {
      verdict = DestroyedHeader.proven(copy, driver, disk).orElse(verdict);
    }
    boolean checked = !proofNeeded;
    return new Examination(
        verdict,
        checked,
        Optional.of(origin),
        wal,
        obstacle,
        note,
        false,
        behindDamage,
        check.imageHash());
  }

  private static Optional<String> commitsBehindDamage(Path copy) throws IOException {
    Path log = SideFiles.of(copy).wal();
    Optional<FileStat> stat = FileStat.ofEntry(log);
    if (stat.isEmpty() || stat.get().size() == 0) {
      return Optional.empty();
    }
    try (FileBytes main = new FileBytes(copy);
        FileBytes wal = new FileBytes(log)) {
      return WalImage.commitsBehindDamage(main, wal);
    }
  }

  /**
   * Only the application's driver and key can read it, and only page by page: what no other tool
   * can read can't be salvaged, nor its rows be counted beyond the first broken page, so that
   * nothing is known to be richer.
   */
  private Examination examineEncrypted(Origin origin, Path copy, ApplicationDriver driver) {
    Optional<String> obstacle = Optional.of("it is encrypted: restore a backup by hand");
    Verdict verdict = judge(copy, driver);
    return new Examination(
        verdict,
        true,
        Optional.of(origin),
        Optional.empty(),
        obstacle,
        "",
        true,
        Optional.empty(),
        Optional.empty());
  }

  private Examination examineOnline(
      Path main,
      Path copy,
      ApplicationDriver driver,
      Snapshot.Result.InUse inUse,
      Progress progress,
      KnownSchemas known)
      throws IOException {
    if (!driver.mayOpenLiveFiles()) {
      return Examination.cannotTell(inUse.reason() + ", with more than one copy of SQLite");
    }
    if (driver.isKeyed()) {
      return Examination.cannotTell(inUse.reason() + ", and an online copy wouldn't be encrypted");
    }
    boolean here = inUse.where() == Snapshot.Where.THIS_PROCESS;
    if (here && UnseenUse.shows(main)) {
      return Examination.cannotTell(inUse.reason() + ", without locks");
    }
    try {
      int patience = here ? OWN_BUSY_MILLIS : OTHERS_BUSY_MILLIS;
      new OnlineCopy(disk, driver).take(main, copy, patience);
    } catch (SQLFeatureNotSupportedException e) {
      return Examination.cannotTell(inUse.reason() + ", and its driver can't copy it online");
    } catch (SQLException e) {
      return Examination.cannotTell(inUse.reason() + ": " + SqliteError.of(e).message());
    }
    Optional<Boolean> wal = isWal(copy);
    disk.startWriting(copy);
    FastCheck check = new FastCheck(driver, newestSqlite, known, progress);
    Verdict verdict = verdict(check, main, copy);
    // Joining a JVM opens nothing: who has it open may be alone.
    advisories.examined(main, driver, isTrue(wal), !online);
    String note = " (" + inUse.reason() + ")";
    Optional<String> obstacle = Optional.of(inUse.reason());
    return new Examination(
        verdict,
        true,
        Optional.empty(),
        wal,
        obstacle,
        note,
        false,
        Optional.empty(),
        check.imageHash());
  }

  /** What SQLite finds nothing wrong with counts as healthy, whatever the scan says. */
  private Verdict verdict(FastCheck check, Path main, Path copy) {
    disk.require();
    Verdict verdict = check.verify(copy, depth);
    disk.require();
    if (!check.unshared().isEmpty()) {
      log.warn(main, Wording.ofUnshared(check.unshared()));
    }
    return verdict;
  }

  private static Optional<String> obstacleOf(FastCheck check) {
    return check.isFoundByNewestOnly()
        ? Optional.of("the application's own driver finds no damage in it")
        : Optional.empty();
  }

  /** SQLite, which asks nobody, folds the log into the copy; and it may take long. */
  private Verdict judge(Path copy, SqliteEngine engine) {
    disk.require();
    Verdict verdict = new IntegrityCheck(engine).verify(copy, depth);
    disk.require();
    return verdict;
  }

  /** A key may have been given to a driver that knows nothing of encryption. */
  private static boolean isPlain(Path copy) throws IOException {
    try (FileBytes bytes = new FileBytes(copy)) {
      return PlainDatabaseProof.holds(bytes);
    }
  }

  private static boolean isCannotTell(Verdict verdict, Cause cause) {
    return verdict instanceof CannotTell unknown && unknown.cause() == cause;
  }

  private static boolean isTrue(Optional<Boolean> known) {
    return known.isPresent() && known.get();
  }

  /** Empty where the header doesn't tell any more. */
  private static Optional<Boolean> isWal(Path copy) throws IOException {
    try (FileBytes bytes = new FileBytes(copy)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      return header.isPresent() ? Optional.of(header.get().isWal()) : Optional.empty();
    }
  }
}
