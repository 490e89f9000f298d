package dev.sqlguard.cli;

import dev.sqlguard.backup.CopiedJournal;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A private copy of a database's files that others may have open: main file, WAL and journal as
 * they were at one moment, or none at all.
 */
final class FrozenCopy {
  private static final int ATTEMPTS = 3;
  static final long CLOCK_COARSENESS_MILLIS = 2000;

  private FrozenCopy() {}

  /** How many bytes it takes. */
  static long size(Path main) throws IOException {
    Optional<Origin> origin = Origin.of(main);
    return origin.isPresent() ? origin.get().copySize() : 0;
  }

  /**
   * @param copy must not exist
   * @throws Refusal where the files change faster than they can be copied
   */
  static void take(Path main, Path copy, Disk disk) throws IOException {
    take(main, copy, disk, done -> {});
  }

  /**
   * The same.
   *
   * @param progress is told the bytes of the main file copied so far
   */
  static void take(Path main, Path copy, Disk disk, LongConsumer progress) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Origin origin = Origin.of(main).orElseThrow(() -> gone(main));
      copy(origin, copy, disk, progress);
      boolean young = origin.isYoungerThan(System.currentTimeMillis(), CLOCK_COARSENESS_MILLIS);
      if (origin.isUnchanged() && (!young || isSame(origin, copy))) {
        return;
      }
      delete(copy, disk);
    }
    throw new Refusal(ExitCode.IN_USE, main, "keeps changing while it is copied");
  }

  static void delete(Path copy, Disk disk) throws IOException {
    for (Path side : SideFiles.of(copy).all()) {
      disk.delete(side);
    }
    disk.delete(copy);
  }

  private static void copy(Origin origin, Path copy, Disk disk, LongConsumer progress)
      throws IOException {
    SideFiles from = origin.files();
    SideFiles to = SideFiles.of(copy);
    copyBytes(from.main(), to.main(), disk, progress);
    copyBytes(from.wal(), to.wal(), disk, done -> {});
    if (isOrdinary(from.journal())) {
      try (FileBytes journal = new FileBytes(from.journal())) {
        CopiedJournal.write(journal, to.journal(), disk);
      }
    }
  }

  private static void copyBytes(Path from, Path to, Disk disk, LongConsumer progress)
      throws IOException {
    if (isOrdinary(from)) {
      try (FileBytes bytes = new FileBytes(from)) {
        disk.copy(bytes, to, progress);
      }
    }
  }

  /** File times are too coarse to prove that a young file didn't change. */
  private static boolean isSame(Origin origin, Path copy) throws IOException {
    SideFiles from = origin.files();
    SideFiles to = SideFiles.of(copy);
    return hasSameBytes(from.main(), to.main())
        && hasSameBytes(from.wal(), to.wal())
        && hasSameJournal(from.journal(), to.journal());
  }

  private static boolean hasSameBytes(Path from, Path to) throws IOException {
    boolean exists = FileStat.ofEntry(from).isPresent();
    if (exists != FileStat.ofEntry(to).isPresent()) {
      return false;
    }
    if (!exists) {
      return true;
    }
    try (FileBytes left = new FileBytes(from);
        FileBytes right = new FileBytes(to)) {
      return left.hasSameBytesAs(right);
    }
  }

  private static boolean hasSameJournal(Path from, Path to) throws IOException {
    if (FileStat.ofEntry(from).isEmpty()) {
      return FileStat.ofEntry(to).isEmpty();
    }
    if (!isOrdinary(from)) {
      return false;
    }
    try (FileBytes journal = new FileBytes(from)) {
      return CopiedJournal.isIn(to, journal);
    }
  }

  private static boolean isOrdinary(Path file) throws IOException {
    return FileStat.ofEntry(file).filter(FileStat::regular).isPresent();
  }

  private static Refusal gone(Path main) {
    return new Refusal(ExitCode.NO_INPUT, main, "doesn't exist any more");
  }
}
