package dev.sqlguard.repair;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The side files of a live database, and their copies beside its evidence. */
final class LiveSides {
  private final Path main;
  private final Disk disk;
  private final Parked parked;

  LiveSides(Path main, Disk disk, Parked parked) {
    this.main = main;
    this.disk = disk;
    this.parked = parked;
  }

  /** What lies beside the main file, copied, each copy on disk; the directory isn't. */
  void copyTo(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    for (int i = 0; i < live.all().size(); i++) {
      Path copy = beside.all().get(i);
      disk.delete(copy);
      Optional<FileStat> original = FileStat.ofEntry(live.all().get(i));
      if (original.isPresent() && original.get().regular()) {
        copyLive(live.all().get(i), copy);
        disk.adopt(copy, original.get());
      }
    }
  }

  /** Closing a descriptor of the main file, or of the shared memory, would release its locks. */
  void copyLive(Path from, Path to) throws IOException {
    try (LiveFile live = LiveFile.withoutLock(from, disk, parked)) {
      disk.copy(live.bytes(), to, done -> {});
    }
    disk.sync(to);
  }

  /**
   * Puts WAL and journal back beside the main file, where an installation didn't come to be. Each
   * is there as a whole or not at all, also on a full disk: as a second name of the copy, whose
   * first one goes when the evidence is withdrawn.
   *
   * @return false where others lie there already; then copies are put back of what is missing
   */
  boolean restoreFrom(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    boolean alone =
        isFreeFor(live.wal(), beside.wal()) && isFreeFor(live.journal(), beside.journal());
    putBack(beside.wal(), live.wal(), alone);
    putBack(beside.journal(), live.journal(), alone);
    disk.syncDirectory(main.getParent());
    return alone;
  }

  private boolean isFreeFor(Path live, Path copy) throws IOException {
    return FileStat.ofEntry(copy).isEmpty()
        || FileStat.ofEntry(live).isEmpty()
        || isSame(live, copy);
  }

  private void putBack(Path copy, Path live, boolean shared) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(copy);
    if (stat.isEmpty() || FileStat.ofEntry(live).isPresent()) {
      return;
    }
    if (shared) {
      if (!disk.tryLink(copy, live)) {
        disk.rename(copy, live);
      }
    } else {
      disk.delete(staged());
      disk.copyDurably(copy, staged());
      disk.adopt(staged(), stat.get());
      disk.rename(staged(), live);
    }
    openToUsersOf(main, live);
  }

  /** A copy may have less than its database; a live file has the same, as SQLite makes it. */
  private void openToUsersOf(Path database, Path live) throws IOException {
    Optional<FileStat> model = FileStat.ofEntry(database);
    int mode = FileStat.ofEntry(live).orElseThrow().mode();
    if (model.isPresent() && (mode & model.get().mode()) != model.get().mode()) {
      disk.adopt(live, model.get());
    }
  }

  /** Clears away what an interrupted run left. */
  void settle() throws IOException {
    disk.clear(staged());
  }

  private Path staged() {
    return SideFiles.named(main, ".sqlguard-side");
  }

  /** Whether nothing lies beside the main file but what the evidence holds too. */
  boolean areIn(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    return isIn(live.wal(), beside.wal()) && isIn(live.journal(), beside.journal());
  }

  /**
   * Whether WAL or journal is one file with its copy: putting it back had begun. It may have been
   * written to since, under both names.
   */
  boolean areSecondNamesIn(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    return isSecondName(live.wal(), beside.wal()) || isSecondName(live.journal(), beside.journal());
  }

  /** Makes the copies files of their own again; their content is what stands there now. */
  void separateFrom(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    separate(live.wal(), beside.wal());
    separate(live.journal(), beside.journal());
  }

  private void separate(Path live, Path copy) throws IOException {
    if (isSecondName(live, copy)) {
      disk.delete(copy);
      copyLive(live, copy);
      disk.adopt(copy, FileStat.ofEntry(live).orElseThrow());
    }
  }

  private static boolean isSecondName(Path live, Path copy) throws IOException {
    Optional<FileStat> there = FileStat.ofEntry(live);
    Optional<FileStat> kept = FileStat.ofEntry(copy);
    return there.isPresent() && kept.isPresent() && there.get().id().equals(kept.get().id());
  }

  private boolean isIn(Path side, Path kept) throws IOException {
    return FileStat.ofEntry(side).isEmpty() || isSame(side, kept);
  }

  /** Whether there are both, or neither, and they hold the same bytes. */
  private boolean isSame(Path side, Path kept) throws IOException {
    if (FileStat.ofEntry(side).isEmpty() || FileStat.ofEntry(kept).isEmpty()) {
      return FileStat.ofEntry(side).isEmpty() && FileStat.ofEntry(kept).isEmpty();
    }
    try (LiveFile live = LiveFile.withoutLock(side, disk, parked);
        FileBytes copied = new FileBytes(kept)) {
      return live.bytes().hasSameBytesAs(copied);
    }
  }
}
