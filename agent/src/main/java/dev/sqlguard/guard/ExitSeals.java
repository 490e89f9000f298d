package dev.sqlguard.guard;

import dev.sqlguard.backup.Origin;
import dev.sqlguard.store.Boot;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileSystems;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.Platform;
import dev.sqlguard.store.StateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Seals the databases that came through a full check when the JVM ends. Only by stat: the
 * application may have them open still. Where anything is in doubt or fails there is no seal, and
 * nothing to say: the next start makes a full check.
 */
final class ExitSeals {
  private static final long OTHER_GUARD_WAIT = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long SETTLING_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  private final Settings settings;
  private final Disk disk;
  private final Parked parked;
  private final StateFiles stateFiles;

  ExitSeals(Settings settings, Disk disk, Parked parked, StateFiles stateFiles) {
    this.settings = settings;
    this.disk = disk;
    this.parked = parked;
    this.stateFiles = stateFiles;
  }

  /**
   * Never throws.
   *
   * @param deadline by {@link System#nanoTime}
   */
  void seal(List<GuardedFile> files, long deadline) {
    for (GuardedFile file : files) {
      if (System.nanoTime() - deadline > 0) {
        return;
      }
      try {
        seal(file);
      } catch (IOException | RuntimeException | LinkageError e) {
        // A full check at the next start is all that comes of it.
      }
    }
  }

  private void seal(GuardedFile file) throws IOException {
    Optional<FullCheck> checked = file.lastFullCheck();
    Optional<Origin> now = Origin.of(file.path());
    if (!Platform.HAS_PROC
        || checked.isEmpty()
        || file.isOpenedByTwoCopies()
        || file.isOpenedWithoutLocks()
        || now.isEmpty()
        || !Registry.isStillThere(file)
        || !isSealable(now.get())) {
      return;
    }
    Origin origin = now.get();
    Optional<String> backup =
        origin.main().isUnchangedFrom(checked.get().main())
            ? checked.get().backup()
            : Optional.empty();
    boolean useful = backup.isPresent() || settings.backups() == 0;
    if (!useful || !isSettled(origin.main()) || isUsedElsewhere(origin)) {
      return;
    }
    Seal seal = Seal.of(origin.main(), Boot.id(), checked.get().at(), backup.orElse(""));
    if (!seal.boot().isEmpty()) {
      put(seal, origin);
    }
  }

  /** A file with two names may have a log beside the other one. */
  private static boolean isSealable(Origin now) throws IOException {
    return now.main().regular()
        && now.main().links() == 1
        && !now.hasSideContent()
        && FileSystems.whyUnsafe(now.files().main()).isEmpty();
  }

  private static boolean isSettled(FileStat main) {
    if (!Seal.isSettled(main, System.currentTimeMillis())) {
      LockSupport.parkNanos(SETTLING_NANOS);
    }
    return Seal.isSettled(main, System.currentTimeMillis());
  }

  private static boolean isUsedElsewhere(Origin now) throws IOException {
    return FileUsers.inOtherProcesses(FileUsers.ids(now.files()), now.main()).isPresent();
  }

  private void put(Seal seal, Origin origin) throws IOException {
    Path main = origin.files().main();
    if (!Workplace.exists(main, settings)) {
      return;
    }
    Optional<Workplace> place =
        Workplace.open(main, origin.main(), settings, disk, parked, stateFiles, OTHER_GUARD_WAIT);
    if (place.isEmpty()) {
      return;
    }
    try (Workplace workplace = place.get()) {
      if (origin.isUnchanged()) {
        workplace.seal(seal, disk);
      }
    }
  }
}
