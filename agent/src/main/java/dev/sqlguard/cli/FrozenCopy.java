package dev.sqlguard.cli;

import dev.sqlguard.backup.Origin;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A private copy of a database's files that others may have open: main file, WAL and journal as
 * they were at one moment, or none at all.
 */
final class FrozenCopy {
  private static final int ATTEMPTS = 3;
  private static final long CLOCK_COARSENESS_MILLIS = 2000;

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
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Origin origin = Origin.of(main).orElseThrow(() -> gone(main));
      copy(origin, copy, disk);
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

  private static void copy(Origin origin, Path copy, Disk disk) throws IOException {
    List<Path> from = files(origin.files());
    List<Path> to = files(SideFiles.of(copy));
    for (int i = 0; i < from.size(); i++) {
      if (FileStat.ofEntry(from.get(i)).filter(FileStat::regular).isPresent()) {
        try (FileBytes bytes = new FileBytes(from.get(i))) {
          disk.copy(bytes, to.get(i), done -> {});
        }
      }
    }
  }

  /** File times are too coarse to prove that a young file didn't change. */
  private static boolean isSame(Origin origin, Path copy) throws IOException {
    List<Path> from = files(origin.files());
    List<Path> to = files(SideFiles.of(copy));
    for (int i = 0; i < from.size(); i++) {
      boolean exists = FileStat.ofEntry(from.get(i)).isPresent();
      if (exists != FileStat.ofEntry(to.get(i)).isPresent()) {
        return false;
      }
      if (exists) {
        try (FileBytes left = new FileBytes(from.get(i));
            FileBytes right = new FileBytes(to.get(i))) {
          if (!left.hasSameBytesAs(right)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private static List<Path> files(SideFiles files) {
    return List.of(files.main(), files.wal(), files.journal());
  }

  private static Refusal gone(Path main) {
    return new Refusal(ExitCode.NO_INPUT, main, "doesn't exist any more");
  }
}
