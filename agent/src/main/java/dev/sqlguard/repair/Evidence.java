package dev.sqlguard.repair;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.StateFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Damaged originals: {@code .corrupt} is the newest, {@code .corrupt.1} … are older ones, each with
 * its side files, the report of what was done, and rows in quarantine. A WAL whose main file is
 * gone or empty stands among them, beside an empty file. Only files that the state file knows are
 * ever moved or deleted.
 */
public final class Evidence {
  private final Path main;
  private final StateFile state;
  private final Disk disk;
  private final Parked parked;
  private final int kept;
  private final EvidenceFiles files;
  private final EvidenceRecords records;

  /**
   * @param kept how many to keep, at least 1
   */
  public Evidence(Path main, StateFile state, Disk disk, Parked parked, int kept) {
    this.main = main;
    this.state = state;
    this.disk = disk;
    this.parked = parked;
    this.kept = kept;
    this.files = new EvidenceFiles(main, disk);
    this.records = new EvidenceRecords(files, state);
  }

  EvidenceFiles files() {
    return files;
  }

  /** Made where it is needed, as is what follows: a healthy start does without. */
  LiveSides sides() {
    return new LiveSides(main, disk, parked);
  }

  EvidenceNumbers numbers() {
    return new EvidenceNumbers(main, files, records, disk);
  }

  /** See {@link EvidenceNumbers#makeRoom}. */
  Path makeRoom() throws IOException {
    return numbers().makeRoom();
  }

  /** See {@link EvidenceLimit#trim}. */
  List<Path> trim(Path newest) throws IOException {
    return new EvidenceLimit(files, records, state, disk, kept).trim(newest);
  }

  /**
   * The main file under a second name, its side files as copies; all of it on disk. The main file
   * is read and synced through {@code live} alone: another descriptor would take its lock along.
   */
  void keep(Path evidence, LiveFile live) throws IOException {
    if (FileStat.ofEntry(evidence).isEmpty() && !disk.tryLink(main, evidence)) {
      copy(live, evidence);
    }
    live.sync();
    sides().copyTo(evidence);
    disk.syncDirectory(main.getParent());
  }

  /** For side files that can't go back: a copy of the main file stands beside them from now on. */
  void keepApart(Path evidence, LiveFile live) throws IOException {
    copy(live, evidence);
    disk.syncDirectory(main.getParent());
    records.add(evidence, true);
  }

  private void copy(LiveFile live, Path evidence) throws IOException {
    disk.copy(live.bytes(), evidence, done -> {});
    disk.adopt(evidence, FileStat.ofEntry(main).orElseThrow());
    disk.sync(evidence);
  }

  /** Puts report and quarantine beside evidence that is complete; all of it on disk. */
  void accompany(Path evidence, Account account) throws IOException {
    FileStat model = FileStat.ofEntry(evidence).orElseThrow();
    Optional<Path> quarantine = Optional.empty();
    if (account.quarantine().isPresent()) {
      Path copy = EvidenceFiles.quarantineOf(evidence);
      disk.copyDurably(account.quarantine().get(), copy);
      disk.adopt(copy, model);
      quarantine = Optional.of(copy);
    }
    Path report = EvidenceFiles.reportOf(evidence);
    disk.create(report);
    try (RandomAccessFile out = disk.open(report)) {
      String text = account.report().json(evidence, quarantine);
      disk.writeDurably(report, out, 0, text.getBytes(StandardCharsets.UTF_8));
    }
    disk.adopt(report, model);
    disk.syncDirectory(main.getParent());
  }

  /** Puts the report beside a copy of a log that had lost its database. */
  public void addReport(Path evidence, IncidentReport report) throws IOException {
    disk.delete(EvidenceFiles.reportOf(evidence));
    accompany(evidence, new Account(report, Optional.empty()));
  }

  /**
   * Takes back what {@link #keep} did, while the main file is still in place. That is on disk
   * before the intent goes: with a second name that nobody knows of, the main file would never be
   * replaced.
   */
  void withdraw(Path evidence) throws IOException {
    files.delete(evidence);
  }

  /**
   * After a crash before anything was changed: a second name of the live file, and copies of what
   * still lies beside it, prove nothing. Where the main file is another one by now, the name is the
   * damaged file's last, and stays, without what may be half a report and half a quarantine. Where
   * the name is missing, power was lost before it was on disk, or while all of this was withdrawn.
   * Where an older piece stands there, whose old name power has brought back, it is known as what
   * it is.
   */
  void withdrawSecondName(Path evidence) throws IOException {
    if (isSecondName(evidence) || FileStat.ofEntry(evidence).isEmpty()) {
      withdraw(evidence);
    } else if (!records.isOurs(evidence)) {
      deleteAccount(evidence);
      recordIfPresent(evidence, false);
    }
  }

  /**
   * After a crash that left the main file without its side files, and somebody has used it since:
   * the evidence becomes a file of its own, beside the only copies of those side files. Its report
   * tells of a replacement that never was.
   */
  void detach(Path evidence) throws IOException {
    deleteAccount(evidence);
    boolean gone = FileStat.ofEntry(evidence).isEmpty();
    boolean onlyCarrier = gone && hasSides(evidence);
    if (onlyCarrier || isSecondName(evidence) || sides().areSecondNamesIn(evidence)) {
      if (FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(main))) > 0) {
        throw new IOException("an interrupted repair can't be cleared away while it is in use");
      }
      sides().separateFrom(evidence);
      if (gone || isSecondName(evidence)) {
        disk.delete(evidence);
        sides().copyLive(main, evidence);
        disk.adopt(evidence, FileStat.ofEntry(main).orElseThrow());
      }
      disk.syncDirectory(main.getParent());
    }
    if (FileStat.ofEntry(evidence).isPresent()) {
      records.add(evidence, onlyCarrier);
    }
  }

  private static boolean hasSides(Path evidence) throws IOException {
    SideFiles beside = SideFiles.of(evidence);
    return FileStat.ofEntry(beside.wal()).isPresent()
        || FileStat.ofEntry(beside.journal()).isPresent();
  }

  /** How many of ours hold rows that nothing else may hold. */
  int onlyCarriers() throws IOException {
    int found = 0;
    for (Path name : records.oldestFirst()) {
      found += records.isOnlyCarrier(name) ? 1 : 0;
    }
    return found;
  }

  private void deleteAccount(Path evidence) throws IOException {
    disk.delete(EvidenceFiles.reportOf(evidence));
    disk.delete(EvidenceFiles.quarantineOf(evidence));
  }

  private boolean isSecondName(Path evidence) throws IOException {
    Optional<FileStat> live = FileStat.ofEntry(main);
    Optional<FileStat> second = FileStat.ofEntry(evidence);
    return live.isPresent() && second.isPresent() && live.get().id().equals(second.get().id());
  }

  void recordIfPresent(Path evidence, boolean onlyCarrier) throws IOException {
    if (FileStat.ofEntry(evidence).isPresent()) {
      record(evidence, onlyCarrier);
    }
  }

  /** Puts it on the list of what is ours; the caller saves the state. */
  void record(Path evidence, boolean onlyCarrier) throws IOException {
    records.add(evidence, onlyCarrier);
  }

  /** Puts what holds rows that nothing else may hold on the list of what is ours, durably. */
  void recordOnlyCarrier(Path evidence) throws IOException {
    records.add(evidence, true);
    state.save(disk);
  }

  /** Clears away what an interrupted run left. */
  public void settle() throws IOException {
    disk.clear(files.empty());
  }

  /** Whether the original had to go, so that only rows in quarantine are left of it. */
  public boolean isEmptied(Path name) throws IOException {
    return records.isEmptied(name);
  }

  /**
   * Makes what is kept at most as accessible as {@code model}. An original has an access control
   * list where the database had one; what stands beside it hasn't.
   *
   * @param shared what files without such a list may have
   */
  public void narrow(FileStat model, FileStat shared) throws IOException {
    for (int i = 0; i < EvidenceFiles.MOST && !files.isFree(files.name(i)); i++) {
      if (isOurs(files.name(i))) {
        disk.narrow(files.name(i), model);
        for (Path companion : EvidenceFiles.beside(files.name(i))) {
          disk.narrow(companion, shared);
        }
      }
    }
  }

  /** Whether the guard put this file there. */
  public boolean isOurs(Path name) throws IOException {
    return records.isOurs(name);
  }

  /** Whether this is the report or the quarantine of evidence that the guard put there. */
  public boolean isCompanion(Path file) throws IOException {
    String name = file.getFileName().toString();
    for (String suffix : List.of(BackupNames.REPORT, BackupNames.QUARANTINE)) {
      if (name.endsWith(suffix)) {
        String evidence = name.substring(0, name.length() - suffix.length());
        return files.isName(evidence) && isOurs(main.resolveSibling(evidence));
      }
    }
    return false;
  }
}
