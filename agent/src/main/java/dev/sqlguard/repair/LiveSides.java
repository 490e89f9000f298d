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
   * Puts WAL and journal back beside the main file, where an installation didn't come to be.
   *
   * @return false where others lie there already
   */
  boolean restoreFrom(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    boolean restored = true;
    for (int i = 0; i < live.all().size(); i++) {
      Path side = live.all().get(i);
      boolean missing = FileStat.ofEntry(side).isEmpty();
      Optional<FileStat> copy = FileStat.ofEntry(beside.all().get(i));
      if (missing && copy.isPresent() && !side.equals(live.shm())) {
        disk.copyDurably(beside.all().get(i), side);
        disk.adopt(side, copy.get());
      } else if (copy.isPresent() && !side.equals(live.shm())) {
        restored &= isSame(side, beside.all().get(i));
      }
    }
    disk.syncDirectory(main.getParent());
    return restored;
  }

  /** Whether nothing lies beside the main file but what the evidence holds too. */
  boolean areIn(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    return isIn(live.wal(), beside.wal()) && isIn(live.journal(), beside.journal());
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
