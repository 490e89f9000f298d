package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.repair.Evidence;
import dev.sqlguard.repair.Installation;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finishes interrupted installations. Between two of its steps the main file may stand without its
 * WAL, or share its inode with the evidence: no open may find it like that, neither a read-only one
 * nor one that is not to be checked.
 */
final class Settlement {
  private final Settings settings;
  private final Log log;
  private final Disk disk;
  private final Parked parked;
  private final StateFiles stateFiles;

  Settlement(Settings settings, Log log, Disk disk, Parked parked, StateFiles stateFiles) {
    this.settings = settings;
    this.log = log;
    this.disk = disk;
    this.parked = parked;
    this.stateFiles = stateFiles;
  }

  /** As part of a visit, which has the state file open. */
  void settle(Path main, Installation installation) throws IOException {
    Optional<Installation.Result.Installed> finished = installation.settle();
    if (finished.isPresent()) {
      Path evidence = finished.get().evidence();
      log.warn(
          main,
          "an interrupted repair is finished; the damaged file is "
              + evidence
              + Wording.ofComplaint(finished.get()));
      for (Path deleted : finished.get().deleted()) {
        log.warn(main, Wording.ofDeleted(deleted));
      }
    }
  }

  /** Whether an interrupted installation waits to be finished. */
  boolean isPending(Path main) throws IOException {
    BackupNames names = BackupNames.beside(main);
    Path state = names.state();
    return !names.areTooLong()
        && FileStat.ofEntry(state).isPresent()
        && Files.isReadable(state)
        && Installation.isPending(stateFiles.peek(state, disk));
  }

  /**
   * For an open that gets no visit. Costs a stat where no guard was ever at work. What can't be
   * finished is said, and waits for the next open.
   */
  void settle(Target target) {
    Path main = target.file();
    try {
      if (!isPending(main)) {
        return;
      }
      Optional<String> obstacle = obstacle(target);
      if (obstacle.isPresent()) {
        leave(main, obstacle.get());
      } else {
        finish(main, BackupNames.beside(main).state());
      }
    } catch (IOException e) {
      leave(main, Wording.of(e));
    }
  }

  private void finish(Path main, Path state) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(main);
    FileStat model = stat.isPresent() ? stat.get() : FileStat.privateTo(main.getParent());
    Optional<StateFile> home = stateFiles.open(state, model, disk, Guard.OTHER_GUARD_WAIT);
    if (home.isEmpty()) {
      leave(main, "the guard of another process is still at work on it");
      return;
    }
    try (StateFile locked = home.get()) {
      Evidence evidence = new Evidence(main, locked, disk, parked, settings.evidence());
      settle(main, new Installation(main, locked, disk, parked, evidence));
    }
  }

  private static Optional<String> obstacle(Target target) throws IOException {
    Path main = target.file();
    if (!Files.isWritable(main.getParent())) {
      return Optional.of("its directory can't be written");
    }
    if (FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(main))) > 0) {
      return Optional.of("this JVM has it open already");
    }
    SideFiles ofLink = SideFiles.of(target.asGiven());
    if (!target.plainName() && (hasContent(ofLink.wal()) || hasContent(ofLink.journal()))) {
      // An old driver would replay them into the file that is to be installed.
      return Optional.of("side files lie beside " + target.asGiven());
    }
    return Optional.empty();
  }

  private static boolean hasContent(Path file) throws IOException {
    return FileStat.ofEntry(file).filter(stat -> stat.size() > 0).isPresent();
  }

  private void leave(Path main, String why) {
    log.warn(main, "an interrupted repair is not finished: " + why);
  }
}
