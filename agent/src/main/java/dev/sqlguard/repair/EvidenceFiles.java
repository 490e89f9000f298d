package dev.sqlguard.repair;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What evidence about one database is called, and what belongs to each piece of it: the damaged
 * file, its side files, the report and the quarantine are moved and deleted together.
 */
public final class EvidenceFiles {
  /** No more pieces than this have a name. */
  static final int MOST = 99;

  private final Path main;
  private final Disk disk;

  EvidenceFiles(Path main, Disk disk) {
    this.main = main;
    this.disk = disk;
  }

  /** Where evidence about {@code main} may stand, the newest first. */
  public static List<Path> names(Path main) {
    List<Path> names = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      names.add(name(main, i));
    }
    return names;
  }

  /** Where the report of this evidence stands, if there is one. */
  public static Path reportOf(Path evidence) {
    return SideFiles.named(evidence, BackupNames.REPORT);
  }

  /** Where the rows stand that can't be trusted, if there are any. */
  public static Path quarantineOf(Path evidence) {
    return SideFiles.named(evidence, BackupNames.QUARANTINE);
  }

  /** Everything that may stand beside evidence and goes where it goes. */
  static List<Path> beside(Path evidence) {
    List<Path> files = new ArrayList<>(SideFiles.of(evidence).all());
    files.add(reportOf(evidence));
    files.add(quarantineOf(evidence));
    return files;
  }

  Path name(int number) {
    return name(main, number);
  }

  private static Path name(Path main, int number) {
    return SideFiles.named(main, ".corrupt" + (number == 0 ? "" : "." + number));
  }

  /** Whether a file beside the database could have been given this name. */
  boolean isName(String file) {
    for (int i = 0; i <= MOST; i++) {
      if (name(i).getFileName().toString().equals(file)) {
        return true;
      }
    }
    return false;
  }

  /** Where a copy stands until it is complete. */
  Path staged() {
    return SideFiles.named(main, ".sqlguard-evidence");
  }

  /** Where a file stands that is to take the place of an original. */
  Path empty() {
    return SideFiles.named(main, ".sqlguard-emptied");
  }

  boolean isFree(Path name) throws IOException {
    if (FileStat.ofEntry(name).isPresent()) {
      return false;
    }
    for (Path companion : beside(name)) {
      if (FileStat.ofEntry(companion).isPresent()) {
        return false;
      }
    }
    return true;
  }

  /**
   * While both names lead to one file, what stands beside it is on its way. The new name is on disk
   * before anything moves, and all that moves before the old name goes.
   */
  void move(Path from, Path to) throws IOException {
    if (!disk.tryLink(from, to)) {
      disk.rename(from, to);
    }
    finishMove(from, to);
  }

  /** Repeatable from every step. */
  void finishMove(Path from, Path to) throws IOException {
    disk.syncDirectory(main.getParent());
    List<Path> companions = beside(from);
    List<Path> targets = beside(to);
    for (int i = 0; i < companions.size(); i++) {
      if (FileStat.ofEntry(companions.get(i)).isPresent()) {
        disk.rename(companions.get(i), targets.get(i));
      }
    }
    disk.syncDirectory(main.getParent());
    disk.delete(from);
  }

  /** Deletes what an interrupted run left of a copy in the making. */
  void clear(Path staged) throws IOException {
    for (Path companion : beside(staged)) {
      disk.clear(companion);
    }
    disk.clear(staged);
  }

  /** The main file last: what belongs to it is found by its name. Gone from the disk afterwards. */
  void delete(Path evidence) throws IOException {
    if (isFree(evidence)) {
      return;
    }
    for (Path companion : beside(evidence)) {
      disk.delete(companion);
    }
    disk.syncDirectory(main.getParent());
    disk.delete(evidence);
    disk.syncDirectory(main.getParent());
  }
}
