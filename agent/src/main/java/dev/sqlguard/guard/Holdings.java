package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.BackupRecord;
import dev.sqlguard.backup.Catalog;
import dev.sqlguard.repair.Evidence;
import dev.sqlguard.repair.EvidenceFiles;
import dev.sqlguard.repair.Proposal;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What lies beside a database, looked at without a lock and without changing anything.
 *
 * @param items in the order in which they would serve, the newest first
 */
public record Holdings(List<Item> items) {
  /** What a file is. */
  public enum Kind {
    BACKUP,
    /** A backup that is never rotated. */
    KEPT,
    EVIDENCE,
    /** What the guard salvaged, and didn't install because too much is lost. */
    PROPOSAL,
    /**
     * It has a name that the guard gives, but the guard didn't make it, or it was changed since.
     */
    FOREIGN
  }

  /**
   * One file.
   *
   * @param record what the state file knows of a backup
   * @param companions report and quarantine of evidence
   */
  public record Item(
      Path file, Kind kind, FileStat stat, Optional<BackupRecord> record, List<Path> companions) {}

  private static final int ANY_NUMBER = 99;

  public Holdings {
    items = List.copyOf(items);
  }

  /**
   * @param main the database's real path
   * @param backupDir where backups may lie too
   */
  public static Holdings of(Path main, Optional<Path> backupDir) throws IOException {
    List<Item> items = new ArrayList<>();
    if (backupDir.isPresent()) {
      backups(BackupNames.in(backupDir.get(), main), items);
    }
    BackupNames beside = BackupNames.beside(main);
    backups(beside, items);
    Optional<StateFile> state = peek(beside);
    for (Path file : EvidenceFiles.names(main)) {
      Optional<FileStat> stat = FileStat.ofEntry(file);
      if (stat.isPresent()) {
        boolean ours =
            state.isPresent()
                && new Evidence(main, state.get(), new Disk(), new Parked(), ANY_NUMBER)
                    .isOurs(file);
        Kind kind = ours ? Kind.EVIDENCE : Kind.FOREIGN;
        items.add(new Item(file, kind, stat.get(), Optional.empty(), companions(file)));
      }
    }
    Path proposal = Proposal.fileOf(main);
    Optional<FileStat> stat = FileStat.ofEntry(proposal);
    if (stat.isPresent()) {
      boolean ours =
          state.isPresent() && new Proposal(main, state.get(), new Disk()).isOurs(proposal);
      Kind kind = ours ? Kind.PROPOSAL : Kind.FOREIGN;
      items.add(new Item(proposal, kind, stat.get(), Optional.empty(), List.of()));
    }
    return new Holdings(items);
  }

  private static List<Path> companions(Path evidence) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file :
        List.of(EvidenceFiles.reportOf(evidence), EvidenceFiles.quarantineOf(evidence))) {
      if (FileStat.ofEntry(file).isPresent()) {
        found.add(file);
      }
    }
    return found;
  }

  private static void backups(BackupNames names, List<Item> items) throws IOException {
    Optional<StateFile> state = peek(names);
    for (Map.Entry<Path, Kind> place : places(names).entrySet()) {
      Optional<FileStat> stat = FileStat.ofEntry(place.getKey());
      if (stat.isEmpty()) {
        continue;
      }
      Optional<BackupRecord> record =
          state.isPresent()
              ? new Catalog(state.get(), names, new Disk()).identify(place.getKey())
              : Optional.empty();
      Kind kind = record.isPresent() ? place.getValue() : Kind.FOREIGN;
      items.add(new Item(place.getKey(), kind, stat.get(), record, List.of()));
    }
  }

  private static Map<Path, Kind> places(BackupNames names) {
    Map<Path, Kind> places = new LinkedHashMap<>();
    for (BackupNames.Series series : names.series()) {
      for (Path slot : series.slots(BackupNames.MOST_SLOTS)) {
        places.put(slot, Kind.BACKUP);
      }
      for (Path keep : series.keeps()) {
        places.put(keep, Kind.KEPT);
      }
    }
    return places;
  }

  private static Optional<StateFile> peek(BackupNames names) throws IOException {
    boolean exists = FileStat.ofEntry(names.state()).filter(FileStat::regular).isPresent();
    return exists
        ? Optional.of(new StateFiles().peek(names.state(), new Disk()))
        : Optional.empty();
  }
}
