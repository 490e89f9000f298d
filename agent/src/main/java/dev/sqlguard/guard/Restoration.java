package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.BackupRecord;
import dev.sqlguard.backup.Catalog;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.Replay;
import dev.sqlguard.repair.Account;
import dev.sqlguard.repair.Age;
import dev.sqlguard.repair.EvidenceFiles;
import dev.sqlguard.repair.IncidentReport;
import dev.sqlguard.repair.Installation;
import dev.sqlguard.repair.MissingFile;
import dev.sqlguard.repair.Proposal;
import dev.sqlguard.salvage.DamagedFile;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import dev.sqlguard.store.StateFiles;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.Healthy;
import dev.sqlguard.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Puts a backup in the place of a database, or the file back that a replacement took away, because
 * its owner says so: with the installation, the locks and the evidence of the guard itself.
 */
public final class Restoration {
  /** What became of it. */
  public sealed interface Result {
    /**
     * It is the database now.
     *
     * @param from the file whose content it has
     * @param origin for people: its name and age
     * @param contents empty where a damaged file was put back
     * @param evidence what was the database before; empty where there was none
     * @param complaint what came in the way afterwards, for people
     */
    record Installed(
        Path from,
        String origin,
        Optional<Contents> contents,
        Optional<Path> evidence,
        Optional<String> complaint)
        implements Result {}

    /** Nothing was changed: somebody uses the database, or it can't be replaced safely. */
    record NotPossible(String reason) implements Result {}

    /** Nothing was changed: there is nothing good to install. */
    record NothingGood(String reason) implements Result {}
  }

  private static final byte WAL = DatabaseHeader.WAL;
  private static final long OTHER_GUARD_WAIT = TimeUnit.SECONDS.toNanos(10);

  /** Restoring by hand never deletes evidence. */
  private static final int ALL_EVIDENCE = 99;

  private final Path main;
  private final Settings settings;
  private final Verifier verifier;
  private final Disk disk;
  private final Parked parked = new Parked();

  /**
   * @param main the database's real path; the file may be missing
   * @param backupDir where backups lie, if not beside the database
   */
  public Restoration(Path main, Optional<Path> backupDir, Verifier verifier, Disk disk) {
    this.main = main;
    this.settings = settings(backupDir);
    this.verifier = verifier;
    this.disk = disk;
  }

  /** Installs the newest backup that passes a full check now. */
  public Result newestBackup() throws IOException {
    return within(place -> backup(place, place.catalog().entries()));
  }

  /** Installs this backup, if it passes a full check now. */
  public Result backup(Path file) throws IOException {
    return within(
        place -> {
          // Not out of the list: it has each backup once, and one may have two names.
          Optional<BackupRecord> record = place.catalog().identify(file);
          return record.isPresent()
              ? backup(place, List.of(new Catalog.Entry(file, record.get())))
              : new Result.NothingGood(file + " isn't a backup of the guard, or was changed");
        });
  }

  /** Installs what the guard salvaged and left beside the database, if it passes a full check. */
  public Result proposal() throws IOException {
    return within(this::proposal);
  }

  private Result proposal(Workplace place) throws IOException {
    Path file = Proposal.fileOf(main);
    if (!place.proposal().isOurs(file)) {
      return new Result.NothingGood(file + " isn't what the guard left there, or was changed");
    }
    Path copy = place.names().scratch();
    FileStat stat = FileStat.ofEntry(file).orElseThrow();
    Space.require(copy.getParent(), stat.size());
    disk.copyDurably(file, copy);
    if (!(verifier.verify(copy, Verifier.Depth.FULL) instanceof Healthy healthy)) {
      return new Result.NothingGood(file.getFileName() + " doesn't pass the check");
    }
    Origin seen = Origin.of(main).orElse(null);
    long age = System.currentTimeMillis() - stat.modified().toMillis();
    String origin = file.getFileName() + " (" + Age.text(age) + " old)";
    boolean wal = seen != null && isWal(main, false);
    Optional<Contents> contents = Optional.of(healthy.contents());
    place.pastLoss().remember();
    return install(place, copy, file, seen, wal, "restore", origin, contents);
  }

  /**
   * Puts back what a replacement took away, damaged as it is, everything committed in its WAL
   * included.
   */
  public Result undo(Path evidence) throws IOException {
    return within(
        place -> {
          if (!place.evidence().isOurs(evidence)) {
            return new Result.NothingGood(
                evidence + " isn't evidence of the guard, or was changed");
          }
          if (place.evidence().isEmptied(evidence)) {
            return new Result.NothingGood(
                evidence
                    + " had to go; only its rows in quarantine are left, in "
                    + EvidenceFiles.quarantineOf(evidence));
          }
          return undo(place, evidence);
        });
  }

  @FunctionalInterface
  private interface Work {
    Result at(Workplace place) throws IOException;
  }

  private Result within(Work work) throws IOException {
    if (!isKnown()) {
      return new Result.NothingGood("no guard has backed it up here");
    }
    Optional<FileStat> stat = FileStat.ofEntry(main);
    if (stat.isPresent() && !stat.get().regular()) {
      return new Result.NotPossible("it is not an ordinary file");
    }
    if (stat.isPresent()) {
      Optional<String> user =
          FileUsers.inOtherProcesses(FileUsers.ids(SideFiles.of(main)), stat.get());
      if (user.isPresent()) {
        return new Result.NotPossible(user.get());
      }
    }
    FileStat owner = stat.isPresent() ? stat.get() : FileStat.privateTo(main.getParent());
    Optional<Workplace> opened =
        Workplace.open(main, owner, settings, disk, parked, new StateFiles(), OTHER_GUARD_WAIT);
    if (opened.isEmpty()) {
      return new Result.NotPossible("the guard of another process is at work on it");
    }
    try (Workplace place = opened.get()) {
      place.installation().settle();
      Path copy = place.names().scratch();
      discard(copy);
      try {
        return work.at(place);
      } finally {
        discard(copy);
      }
    }
  }

  /** Not only somewhere: opening a workplace would make a state file in a wrong directory. */
  private boolean isKnown() throws IOException {
    BackupNames names =
        settings.backupDir().isPresent()
            ? BackupNames.in(settings.backupDir().get(), main)
            : BackupNames.beside(main);
    return FileStat.ofEntry(names.state()).isPresent();
  }

  private Result backup(Workplace place, List<Catalog.Entry> entries) throws IOException {
    List<String> passedOver = new ArrayList<>();
    Path copy = place.names().scratch();
    for (Catalog.Entry entry : entries) {
      Space.require(copy.getParent(), entry.record().size());
      disk.copyDurably(entry.file(), copy);
      Verdict verdict =
          place.catalog().isIntact(copy, entry.record())
              ? verifier.verify(copy, Verifier.Depth.FULL)
              : null;
      if (verdict instanceof Healthy healthy) {
        Origin seen = Origin.of(main).orElse(null);
        long age = System.currentTimeMillis() - entry.record().madeAt();
        String origin = entry.file().getFileName() + " (" + Age.text(age) + " old)";
        boolean wal = seen == null ? entry.record().wal() : isWal(main, entry.record().wal());
        Optional<Contents> contents = Optional.of(healthy.contents());
        return install(place, copy, entry.file(), seen, wal, "restore", origin, contents);
      }
      passedOver.add(entry.file().getFileName() + " doesn't pass the check");
      discard(copy);
    }
    return new Result.NothingGood(
        passedOver.isEmpty() ? "there is no backup" : String.join(", ", passedOver));
  }

  private Result undo(Workplace place, Path evidence) throws IOException {
    Path copy = place.names().scratch();
    Space.require(copy.getParent(), Origin.of(evidence).orElseThrow().copySize());
    try (DamagedFile image = DamagedFile.open(evidence, Replay.STRICT)) {
      disk.copyImage(image, copy);
    }
    boolean wal = isWal(copy, false);
    if (wal) {
      byte rollback = DatabaseHeader.ROLLBACK;
      disk.patch(copy, DatabaseHeader.VERSIONS_AT, rollback, rollback);
    }
    Origin seen = Origin.of(main).orElse(null);
    String origin = evidence.getFileName().toString();
    FileId id = FileStat.ofEntry(evidence).orElseThrow().id();
    Result result = install(place, copy, evidence, seen, wal, "undo", origin, Optional.empty());
    return result instanceof Result.Installed installed
        ? new Result.Installed(
            nowOf(id, evidence),
            origin,
            Optional.empty(),
            installed.evidence(),
            installed.complaint())
        : result;
  }

  /** What is newer evidence by now has moved it up. */
  private Path nowOf(FileId id, Path before) throws IOException {
    for (Path name : EvidenceFiles.names(main)) {
      Optional<FileStat> stat = FileStat.ofEntry(name);
      if (stat.isPresent() && stat.get().id().equals(id)) {
        return name;
      }
    }
    return before;
  }

  private Result install(
      Workplace place,
      Path copy,
      Path from,
      Origin seen,
      boolean wal,
      String action,
      String origin,
      Optional<Contents> contents)
      throws IOException {
    IncidentReport report =
        new IncidentReport(
            main,
            action,
            List.of(),
            from.toString(),
            "its owner said so",
            List.of(),
            contents,
            Optional.empty());
    if (seen == null) {
      Optional<Path> evidence = create(place, copy, FileStat.ofEntry(from).orElseThrow(), wal);
      if (evidence.isPresent()) {
        place.evidence().addReport(evidence.get(), report);
      }
      return new Result.Installed(from, origin, contents, evidence, Optional.empty());
    }
    Account account = new Account(report, Optional.empty());
    Installation.Result result = place.installation().install(copy, seen, wal, account);
    if (result instanceof Installation.Result.NotPossible impossible) {
      return new Result.NotPossible(impossible.reason());
    }
    Installation.Result.Installed installed = (Installation.Result.Installed) result;
    return new Result.Installed(
        from, origin, contents, Optional.of(installed.evidence()), installed.complaint());
  }

  /**
   * Where there is no main file. A WAL that lies there belongs to the lost one: it is kept, and out
   * of the way before the new file has its name. The name is taken before that, so that nobody else
   * can be making a database there, whose log it would be.
   */
  private Optional<Path> create(Workplace place, Path good, FileStat model, boolean wal)
      throws IOException {
    Optional<Path> evidence = Optional.empty();
    for (Path side : SideFiles.of(main).all()) {
      Optional<FileStat> left = FileStat.ofEntry(side);
      if (evidence.isEmpty() && left.isPresent() && left.get().size() > 0) {
        evidence = Optional.of(place.orphanedLog().keep().file());
      }
    }
    Path staged = place.installation().staged();
    Space.require(main.getParent(), FileStat.ofEntry(good).orElseThrow().size());
    disk.copyDurably(good, staged);
    try {
      if (wal) {
        disk.patch(staged, DatabaseHeader.VERSIONS_AT, WAL, WAL);
      }
      disk.adopt(staged, model);
      disk.sync(staged);
      new MissingFile(main, disk, parked).fill(staged, model);
    } finally {
      disk.delete(staged);
    }
    return evidence;
  }

  private static boolean isWal(Path file, boolean otherwise) throws IOException {
    try (FileBytes bytes = new FileBytes(file)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      return header.isPresent() ? header.get().isWal() : otherwise;
    }
  }

  private void discard(Path copy) throws IOException {
    for (Path side : SideFiles.of(copy).all()) {
      disk.delete(side);
    }
    disk.delete(copy);
  }

  private static Settings settings(Optional<Path> backupDir) {
    return new Settings(
        true,
        List.of(),
        List.of(),
        0,
        backupDir,
        Duration.ZERO,
        Settings.Check.FULL,
        Duration.ZERO,
        Settings.OnDamage.REPAIR,
        Settings.OnUnrecoverable.OPEN,
        100,
        true,
        ALL_EVIDENCE,
        Optional.empty(),
        Duration.ZERO,
        false);
  }
}
