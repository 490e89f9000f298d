package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.LogOddities;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileSystems;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Sizes;
import dev.sqlguard.verify.WalResetBug;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Dangers to a sound database that SQLite doesn't mind: those that can be seen only from inside the
 * JVM that uses it, and traces in its files of something that has gone wrong. Each is named once
 * for each database, with what to do. What can't be found out is not said: nothing here throws or
 * changes an open.
 *
 * <p>Everything but the first open has to stay cheap. A later one compares two fields, and looks
 * through the descriptors of this process only where another copy of SQLite opens the file than the
 * one before, or while a version with the WAL-reset bug has not been seen with two connections; and
 * then a limited number of times ({@link GuardedFile#mayLook}).
 */
final class Advisories {
  /**
   * Bytes below which a large WAL is no news: four times what the automatic checkpoint lets it grow
   * to with pages of the usual size.
   */
  static final long LARGE_WAL = 16 << 20;

  private enum Danger {
    TWO_COPIES,
    WAL_RESET_BUG,
    NETWORK,
    LARGE_WAL,
    STRAY_BYTES,
    SHORT_PAGE,
    FOREIGN_WAL,
    CUT_WAL
  }

  private final boolean wanted;
  private final Log log;
  private final Set<String> given = ConcurrentHashMap.newKeySet();

  /** The kinds of file systems, by device. */
  private final Map<Long, String> fileSystems = new ConcurrentHashMap<>();

  /** Databases whose header says WAL mode; only those that a version with the bug may open. */
  private final Set<Path> inWalMode = ConcurrentHashMap.newKeySet();

  Advisories(boolean wanted, Log log) {
    this.wanted = wanted;
    this.log = log;
  }

  /**
   * When a database has been examined, and before it is opened.
   *
   * @param wal whether its header says WAL mode
   * @param inUse somebody has it open already, besides whom it is examined for
   */
  void examined(Path main, ApplicationDriver driver, boolean wal, boolean inUse) {
    boolean possible = driver.version().isEmpty() || isAffected(driver.version());
    if (!wanted || !wal || !possible) {
      return;
    }
    if (inUse) {
      sayWalResetBug(main, driver);
    } else {
      inWalMode.add(main);
    }
  }

  /**
   * When a database has been found healthy, from a copy that is one file now.
   *
   * @param log of its WAL, where it has one
   * @param kept whether the WAL has transactions behind a broken frame, which are spoken of anyhow
   */
  void healthy(Path main, Path copy, Optional<LogOddities> log, boolean kept) {
    if (!wanted) {
      return;
    }
    try {
      for (Oddity odd : Oddity.of(copy, log)) {
        switch (odd.kind()) {
          case STRAY_BYTES -> say(main, Danger.STRAY_BYTES, "healthy, but " + odd.text());
          case SHORT_PAGE -> say(main, Danger.SHORT_PAGE, "healthy, but " + odd.text());
          case FOREIGN_WAL -> say(main, Danger.FOREIGN_WAL, odd.text());
          case CUT_WAL -> {
            if (!kept) {
              say(main, Danger.CUT_WAL, odd.text());
            }
          }
        }
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      // Not known, not said.
    }
  }

  /**
   * Before the first open.
   *
   * @param found its files as they were before they were examined; empty where there were none
   */
  void firstOpen(GuardedFile file, Optional<Origin> found, ApplicationDriver driver) {
    if (!wanted) {
      return;
    }
    Path main = file.path();
    boolean possible = driver.version().isEmpty() || isAffected(driver.version());
    file.watch(possible && !isGiven(main, Danger.WAL_RESET_BUG));
    try {
      adviseOnFileSystem(main);
      if (found.isPresent()) {
        adviseOnSizes(main, found.get());
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      // Not known, not said.
    }
  }

  /**
   * Before {@code driver} opens the file again. Two copies of SQLite are a danger where both have
   * it open at one time: a web application that is deployed anew brings its own copy every time,
   * and the one before has closed its connections. So another copy than that of the last open is
   * looked at: any descriptor that the file has now is not this one's, because the others of this
   * copy wait here. An open that is still under way isn't seen; the next change is.
   */
  void opening(GuardedFile file, ApplicationDriver driver) {
    if (isOfSameCopy(file.driver(), driver)) {
      return;
    }
    synchronized (file) {
      ApplicationDriver last = file.driver();
      if (last != null && !isOfSameCopy(last, driver)) {
        adviseOnTwoCopies(file);
      }
      file.openedBy(driver);
    }
  }

  private static boolean isOfSameCopy(ApplicationDriver last, ApplicationDriver driver) {
    return last != null && last.loadedCopy() == driver.loadedCopy();
  }

  /** After an open of a file that is watched. */
  void opened(GuardedFile file) {
    Path main = file.path();
    try {
      if (!isAffected(file.driver().versionOnceOpened())) {
        file.watch(false);
        return;
      }
      boolean wal = inWalMode.contains(main) || Files.exists(SideFiles.of(main).wal());
      if (wal && file.mayLook() && connections(file) > 1) {
        sayWalResetBug(main, file.driver());
        file.watch(false);
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      file.watch(false);
    }
  }

  private void adviseOnTwoCopies(GuardedFile file) {
    if (!wanted || isGiven(file.path(), Danger.TWO_COPIES)) {
      return;
    }
    try {
      if (file.mayLook() && connections(file) > 0) {
        say(
            file.path(),
            Danger.TWO_COPIES,
            "two copies of SQLite in this JVM have it open, and closing it in one drops the other's"
                + " locks, which can corrupt it unnoticed; load the driver once, in a class loader"
                + " that both users share");
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      // Not known, not said.
    }
  }

  private void adviseOnFileSystem(Path main) throws IOException {
    Path place = Files.exists(main) ? main : main.getParent();
    Optional<FileStat> stat = FileStat.of(place);
    if (stat.isEmpty()) {
      return;
    }
    Long device = stat.get().id().device();
    String type = fileSystems.get(device);
    if (type == null) {
      type = FileSystems.type(place);
      fileSystems.put(device, type);
    }
    adviseOnFileSystem(main, type);
  }

  void adviseOnFileSystem(Path main, String type) {
    if (FileSystems.isNetwork(type)) {
      say(
          main,
          Danger.NETWORK,
          "lies on a "
              + type
              + " file system, where SQLite can't rely on locks; move it to a disk of the machine"
              + " that uses it");
    }
  }

  private void adviseOnSizes(Path main, Origin found) {
    long wal = found.wal().isPresent() ? found.wal().get().size() : 0;
    long size = found.main().size();
    if (wal > LARGE_WAL && wal > size) {
      say(
          main,
          Danger.LARGE_WAL,
          "its WAL of "
              + Sizes.text(wal)
              + " is larger than the database ("
              + Sizes.text(size)
              + "), so something keeps it from being checkpointed; look for transactions and result"
              + " sets that stay open");
    }
  }

  private void sayWalResetBug(Path main, ApplicationDriver driver) {
    say(
        main,
        Danger.WAL_RESET_BUG,
        "several connections use it in WAL mode, where a bug of SQLite "
            + driver.versionOnceOpened().orElse("")
            + " can corrupt it (the WAL-reset bug, fixed in "
            + WalResetBug.FIXED_IN
            + "); update the driver");
  }

  private static boolean isAffected(Optional<String> version) {
    return version.isPresent() && WalResetBug.affects(version.get());
  }

  /** Every connection has a descriptor of its own. */
  private static int connections(GuardedFile file) throws IOException {
    Optional<FileId> id = file.id();
    return id.isPresent() ? FileUsers.inThisProcess(Set.of(id.get())) : 0;
  }

  private void say(Path main, Danger danger, String what) {
    if (given.add(key(main, danger))) {
      log.warn(main, what);
    }
  }

  private boolean isGiven(Path main, Danger danger) {
    return given.contains(key(main, danger));
  }

  private static String key(Path main, Danger danger) {
    return danger.name() + ' ' + main;
  }
}
