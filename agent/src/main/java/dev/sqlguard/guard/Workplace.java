package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.Catalog;
import dev.sqlguard.backup.KeptBackups;
import dev.sqlguard.backup.Rotation;
import dev.sqlguard.repair.BrokenLog;
import dev.sqlguard.repair.Evidence;
import dev.sqlguard.repair.Installation;
import dev.sqlguard.repair.NewestBackup;
import dev.sqlguard.repair.OrphanedLog;
import dev.sqlguard.repair.Proposal;
import dev.sqlguard.repair.StandingRefusal;
import dev.sqlguard.salvage.Salvage;
import dev.sqlguard.store.AccessLists;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateFiles;
import dev.sqlguard.store.StateLine;
import dev.sqlguard.verify.KnownSchemas;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.Verifier;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The guard's files for one database, locked against other guards. With a backup directory there
 * are two state files: the one there knows the backups, the one beside the database knows of
 * installations and evidence, so that an interrupted one is found whatever the options are.
 */
final class Workplace implements Closeable {
  private final StateFile home;
  private final StateFile backups;
  private final BackupNames names;
  private final Catalog catalog;
  private final Rotation rotation;
  private final KeptBackups kept;
  private final Installation installation;
  private final Evidence evidence;
  private final OrphanedLog orphanedLog;
  private final BrokenLog brokenLog;
  private final Proposal proposal;
  private final Whereabouts whereabouts;
  private final PastLoss pastLoss;
  private final Parked parked;

  private Workplace(
      Path main,
      StateFile home,
      StateFile backups,
      BackupNames names,
      Settings settings,
      Disk disk,
      Parked parked,
      StateFiles stateFiles) {
    this.home = home;
    this.backups = backups;
    this.names = names;
    this.catalog = new Catalog(backups, names, disk);
    long spacing = settings.backupSpacing().toMillis();
    long reading = Math.min(spacing, settings.fullCheckEvery().toMillis());
    this.rotation = new Rotation(catalog, Math.max(1, settings.backups()), spacing, reading);
    this.kept = new KeptBackups(catalog);
    this.evidence = new Evidence(main, home, disk, parked, settings.evidence());
    this.orphanedLog = new OrphanedLog(main, evidence, disk);
    this.brokenLog = new BrokenLog(home, orphanedLog, disk);
    this.installation = new Installation(main, home, disk, parked, evidence);
    this.proposal = new Proposal(main, home, disk);
    this.whereabouts = new Whereabouts(main, home, catalog, stateFiles, disk);
    this.pastLoss = new PastLoss(home, backups);
    this.parked = parked;
  }

  /**
   * Takes the locks.
   *
   * @param model whose owner and mode new state files get
   * @return empty where another guard kept them for all of {@code waitNanos}
   */
  static Optional<Workplace> open(
      Path main,
      FileStat model,
      Settings settings,
      Disk disk,
      Parked parked,
      StateFiles stateFiles,
      long waitNanos)
      throws IOException {
    BackupNames beside = BackupNames.beside(main);
    BackupNames names = names(main, settings);
    Path state = names.state();
    Optional<StateFile> backups =
        stateFiles.open(state, modelFor(state, main, model), disk, waitNanos);
    if (backups.isEmpty()) {
      return Optional.empty();
    }
    Optional<StateFile> home = Optional.empty();
    try {
      Path own = beside.state();
      boolean two = !state.equals(own) && Files.isWritable(main.getParent());
      home = two ? stateFiles.open(own, modelFor(own, main, model), disk, waitNanos) : backups;
    } finally {
      if (home.isEmpty()) {
        backups.get().close();
      }
    }
    return home.isPresent()
        ? Optional.of(
            new Workplace(
                main, home.get(), backups.get(), names, settings, disk, parked, stateFiles))
        : Optional.empty();
  }

  private static FileStat modelFor(Path state, Path main, FileStat model) throws IOException {
    return FileStat.ofEntry(state).isPresent()
        ? model
        : AccessLists.modelFor(main, model, state.getParent());
  }

  /** Whether a guard has been at work here before. */
  static boolean exists(Path main, Settings settings) throws IOException {
    return FileStat.ofEntry(BackupNames.beside(main).state()).isPresent()
        || FileStat.ofEntry(names(main, settings).state()).isPresent();
  }

  Path staged() {
    return names.staged();
  }

  BackupNames names() {
    return names;
  }

  Catalog catalog() {
    return catalog;
  }

  /** What SQLite need not be asked again. */
  KnownSchemas schemas() {
    return new SchemasRead(backups);
  }

  Rotation rotation() {
    return rotation;
  }

  KeptBackups kept() {
    return kept;
  }

  Installation installation() {
    return installation;
  }

  Evidence evidence() {
    return evidence;
  }

  OrphanedLog orphanedLog() {
    return orphanedLog;
  }

  BrokenLog brokenLog() {
    return brokenLog;
  }

  Proposal proposal() {
    return proposal;
  }

  /** Where the newest backup is, which need not be where this start puts one. */
  Whereabouts whereabouts() {
    return whereabouts;
  }

  PastLoss pastLoss() {
    return pastLoss;
  }

  /** Remembers what a start with other options has to know, before a backup takes its place. */
  void announceBackup() throws IOException {
    if (!whereabouts.isHere() && rotation.freeSeries().isPresent()) {
      whereabouts.remember();
    }
    pastLoss.seen();
  }

  NewestBackup newestBackup(Catalog of, Verifier verifier, Disk disk) {
    return new NewestBackup(of, names.scratch(), verifier, disk, parked);
  }

  /**
   * The seal of the last clean exit. Whatever happens from here on, the next start doesn't find it
   * any more.
   */
  Optional<Seal> breakSeal(Disk disk) throws IOException {
    List<StateLine> lines = home.lines(Seal.KIND);
    forgetSeal(home, disk);
    forgetSeal(backups, disk);
    return lines.size() == 1 ? Optional.of(Seal.of(lines.get(0))) : Optional.empty();
  }

  private static void forgetSeal(StateFile state, Disk disk) throws IOException {
    if (!state.lines(Seal.KIND).isEmpty()) {
      state.put(Seal.KIND, List.of());
      state.save(disk);
    }
  }

  /** Remembers it, durably, if there is room for it. */
  void seal(Seal seal, Disk disk) throws IOException {
    home.put(Seal.KIND, List.of(seal.toLine()));
    if (home.room() >= 0) {
      home.save(disk);
    }
  }

  /** Whether there may be a refusal to recall; costs nothing where there never was one. */
  boolean mayHaveRefusal() {
    return !home.lines(StandingRefusal.KIND).isEmpty();
  }

  /**
   * @param driver the application's
   */
  StandingRefusal refusal(Path main, Settings settings, SqliteEngine driver, Disk disk) {
    String conditions =
        "max-loss="
            + settings.maxLoss()
            + " backfill="
            + settings.backfill()
            + " check="
            + settings.check()
            + " on-damage="
            + settings.onDamage()
            + " driver="
            + driver.name()
            + " backups="
            + (whereabouts.newest().isPresent() ? "" : "missing ")
            + whereabouts.text();
    return new StandingRefusal(main, home, proposal, catalog, conditions, disk);
  }

  /**
   * Makes copies at most as accessible as the database is now. State files hold no row, and follow
   * it both ways: without one its users would be unguarded.
   */
  void followPermissions(Path main, FileStat stat, Settings settings, Disk disk)
      throws IOException {
    disk.follow(home.path(), main, stat);
    if (backups != home) {
      disk.follow(backups.path(), main, stat);
    }
    FileStat shared = stat.sharedAs(FileStat.ofEntry(backups.path()).orElseThrow());
    for (BackupNames.Series series : names.series()) {
      for (Path slot : series.slots(settings.backups())) {
        narrowOwn(slot, shared, disk);
      }
      for (Path keep : series.keeps()) {
        narrowOwn(keep, shared, disk);
      }
    }
    evidence.narrow(stat, stat.sharedAs(FileStat.ofEntry(home.path()).orElseThrow()));
  }

  private void narrowOwn(Path file, FileStat model, Disk disk) throws IOException {
    if (catalog.identify(file).isPresent()) {
      disk.narrow(file, model);
    }
  }

  /**
   * Clears away private copies and whatever SQLite put beside them.
   *
   * @throws IOException where something that isn't ours has a name of the copy to be checked
   */
  void discardCopies(Disk disk) throws IOException {
    for (Path side : SideFiles.of(names.staged()).all()) {
      disk.delete(side);
    }
    disk.delete(names.staged());
    clear(names.scratch(), disk);
  }

  /**
   * Clears away what a repair worked with. The copy that it began with goes last: while it is
   * there, the rest may be too. Costs a few stats where there was no repair. What isn't ours stays:
   * the next repair says so.
   */
  void discardRepairs(Disk disk) throws IOException {
    if (!isThere(names.damaged(), disk)) {
      return;
    }
    proposal.discard();
    List<Path> all = new ArrayList<>(Salvage.scratchFiles(names.repaired()));
    all.addAll(List.of(names.repaired(), names.quarantine()));
    for (Path work : all) {
      clear(work, disk);
    }
    clearSides(names.damaged(), disk);
    disk.syncDirectory(names.directory());
    if (backups != home) {
      disk.syncDirectory(home.path().getParent());
    }
    disk.clear(names.damaged());
  }

  /** Of a copy that was being made when power was lost, any part may be left. */
  private static boolean isThere(Path copy, Disk disk) throws IOException {
    SideFiles beside = SideFiles.of(copy);
    return disk.isOurs(copy) || disk.isOurs(beside.wal()) || disk.isOurs(beside.journal());
  }

  private static void clear(Path work, Disk disk) throws IOException {
    clearSides(work, disk);
    disk.clear(work);
  }

  private static void clearSides(Path work, Disk disk) throws IOException {
    for (Path side : SideFiles.of(work).all()) {
      disk.clear(side);
    }
  }

  /**
   * Both when the work is done, whatever came of it: what can't be deleted now, nor when it is
   * tried once more, is left to the next start, and no reason to say anything else. A backup that
   * stopped short of its place stays.
   */
  void tidy(Disk disk) {
    if (!tryToTidy(disk)) {
      tryToTidy(disk);
    }
  }

  private boolean tryToTidy(Disk disk) {
    try {
      if (!rotation.isUnderWay(staged())) {
        discardCopies(disk);
      }
      discardRepairs(disk);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      home.close();
    } finally {
      if (backups != home) {
        backups.close();
      }
    }
  }

  private static BackupNames names(Path main, Settings settings) {
    return settings.backupDir().isPresent()
        ? BackupNames.in(settings.backupDir().get(), main)
        : BackupNames.beside(main);
  }
}
