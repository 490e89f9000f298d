package dev.sqlguard.backup;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.Platform;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A private copy of everything committed: the main file, and beside it the WAL or the journal that
 * SQLite will fold into the copy. It is taken under SQLite's exclusive lock bytes, so no other
 * process commits meanwhile; files that nevertheless changed make it void.
 */
public final class Snapshot {
  /** What became of it. */
  public sealed interface Result {
    /**
     * The copy is complete and private.
     *
     * @param index of the WAL, where there are both
     */
    record Taken(Origin origin, Optional<SeenIndex> index) implements Result {}

    /** Somebody has the database open: only an online copy is safe. */
    record InUse(Where where, String reason) implements Result {}

    /** No copy could be made. */
    record Failed(String reason) implements Result {}
  }

  /** Who has the database open. */
  public enum Where {
    THIS_PROCESS,
    ANOTHER_PROCESS
  }

  private static final int ATTEMPTS = 3;
  private static final long CLOCK_COARSENESS_MILLIS = 2000;

  private final Disk disk;
  private final Parked parked;
  private final LongConsumer progress;

  /**
   * @param progress is told the bytes copied so far
   */
  public Snapshot(Disk disk, Parked parked, LongConsumer progress) {
    this.disk = disk;
    this.parked = parked;
    this.progress = progress;
  }

  /** Copies to {@code copy}, which must not exist. What an unsuccessful attempt left is deleted. */
  public Result take(Path main, Path copy) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<Result> result = attempt(main, copy);
      if (result.isPresent()) {
        return result.get();
      }
    }
    return new Result.Failed("it keeps changing while it is copied");
  }

  /** Empty where the files changed under the copy. */
  private Optional<Result> attempt(Path main, Path copy) throws IOException {
    Optional<Origin> found = Origin.of(main);
    if (found.isEmpty()) {
      throw new NoSuchFileException(main.toString());
    }
    Origin origin = found.get();
    if (!origin.main().regular()) {
      return Optional.of(new Result.Failed("it is not an ordinary file"));
    }
    if (isOdd(origin.wal()) || isOdd(origin.journal())) {
      return Optional.of(new Result.Failed("a file beside it is not an ordinary one"));
    }
    if (!Platform.HAS_PROC) {
      return Optional.of(
          new Result.InUse(Where.THIS_PROCESS, "users of a file can't be seen on this platform"));
    }
    if (isOpenHere(origin)) {
      return Optional.of(usedHere());
    }
    Optional<LiveFile> source = open(main);
    if (source.isEmpty()) {
      return Optional.of(isOpenHere(origin) ? usedHere() : usedElsewhere());
    }
    boolean complete = false;
    Optional<SeenIndex> index = Optional.empty();
    try (LiveFile live = source.get()) {
      Space.require(copy.toAbsolutePath().getParent(), origin.copySize());
      FileBytes bytes = live.bytes();
      if (hasContent(origin.wal())) {
        // Before the log is copied: that has all that was committed by then.
        index = SeenIndex.of(origin.files().shm(), disk, parked);
      }
      copyAll(bytes, origin, copy);
      complete = origin.isUnchanged() && (isOld(origin) || sameBytes(bytes, origin, copy));
    } finally {
      if (!complete) {
        discard(copy);
      }
    }
    return complete ? Optional.of(new Result.Taken(origin, index)) : Optional.empty();
  }

  /** Deletes a private copy and what SQLite put beside it. */
  public void discard(Path copy) throws IOException {
    for (Path side : SideFiles.of(copy).all()) {
      disk.delete(side);
    }
    disk.delete(copy);
  }

  /** What there is to say where the application has the database open. */
  public static Result usedHere() {
    return new Result.InUse(Where.THIS_PROCESS, "this JVM has it open already");
  }

  private static Result usedElsewhere() {
    return new Result.InUse(Where.ANOTHER_PROCESS, "another process is using it");
  }

  private static boolean isOpenHere(Origin origin) throws IOException {
    return FileUsers.inThisProcess(FileUsers.ids(origin.files())) > 0;
  }

  private void copyAll(FileBytes main, Origin origin, Path copy) throws IOException {
    SideFiles beside = SideFiles.of(copy);
    disk.copy(main, copy, progress);
    if (hasContent(origin.wal())) {
      try (LiveFile live = LiveFile.withoutLock(origin.files().wal(), disk, parked)) {
        disk.copy(live.bytes(), beside.wal(), done -> {});
      }
    }
    if (hasContent(origin.journal())) {
      try (LiveFile live = LiveFile.withoutLock(origin.files().journal(), disk, parked)) {
        CopiedJournal.write(live.bytes(), beside.journal(), disk);
      }
    }
  }

  /** SQLite follows no symbolic link there either. */
  private static boolean isOdd(Optional<FileStat> side) {
    return side.isPresent() && !side.get().regular();
  }

  private static boolean hasContent(Optional<FileStat> file) {
    return file.isPresent() && file.get().size() > 0;
  }

  private static boolean isOld(Origin origin) {
    return !origin.isYoungerThan(System.currentTimeMillis(), CLOCK_COARSENESS_MILLIS);
  }

  /** File times are too coarse to prove that a young file didn't change: compare what it holds. */
  private boolean sameBytes(FileBytes main, Origin origin, Path copy) throws IOException {
    SideFiles beside = SideFiles.of(copy);
    try (FileBytes copied = new FileBytes(copy)) {
      return main.hasSameBytesAs(copied)
          && (!hasContent(origin.wal()) || sameLog(origin.files().wal(), beside.wal()))
          && (!hasContent(origin.journal())
              || sameJournal(origin.files().journal(), beside.journal()));
    }
  }

  private boolean sameLog(Path wal, Path copy) throws IOException {
    try (LiveFile live = LiveFile.withoutLock(wal, disk, parked);
        FileBytes copied = new FileBytes(copy)) {
      return live.bytes().hasSameBytesAs(copied);
    }
  }

  private boolean sameJournal(Path journal, Path copy) throws IOException {
    try (LiveFile live = LiveFile.withoutLock(journal, disk, parked)) {
      return CopiedJournal.isIn(copy, live.bytes());
    }
  }

  /**
   * One that this process may not write to can't be locked: the comparison afterwards has to do.
   */
  private Optional<LiveFile> open(Path main) throws IOException {
    return Files.isWritable(main)
        ? LiveFile.tryExclusive(main, disk, parked)
        : Optional.of(LiveFile.withoutLock(main, disk, parked));
  }
}
