package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where every open of a database file passes. The first one of a file examines it while others of
 * the same file wait; waiting can't be interrupted, and leaves the thread's interrupt flag alone.
 */
public final class Gate {
  private final Guard guard;
  private final Settings settings;
  private final Advisories advisories;
  private final Registry registry = new Registry();
  private final Set<Thread> ownThreads = ConcurrentHashMap.newKeySet();

  public Gate(Guard guard, Settings settings) {
    this.guard = guard;
    this.settings = settings;
    this.advisories = guard.advisories();
  }

  /** Whether the open that is under way is one of the guard's own. */
  public boolean isOwnThread() {
    return !ownThreads.isEmpty() && ownThreads.contains(Thread.currentThread());
  }

  /** See {@link Settings#covers}. */
  public boolean covers(Path file) throws IOException {
    return settings.covers(file);
  }

  /** See {@link Guard#isOwnFile}. */
  public boolean isOwnFile(Path file) throws IOException {
    return guard.isOwnFile(file);
  }

  /**
   * Called before the driver opens {@code target}.
   *
   * @return the entry of the file; empty where it isn't to be guarded
   */
  public Optional<GuardedFile> opening(Target target, ApplicationDriver driver) throws IOException {
    if (!covers(target.file())) {
      return Optional.empty();
    }
    GuardedFile file = lockedEntry(target.file());
    try {
      file.openedAs(target.file());
      if (target.locks() != Target.Locks.USUAL) {
        file.openedWithoutLocks();
      }
      boolean known = file.isExaminedFor(target.readOnly(), driver);
      advisories.opening(file, driver);
      if (!known) {
        examine(file, target, driver);
      }
    } finally {
      file.gate().unlock();
    }
    return Optional.of(file);
  }

  /** Called before {@code driver} opens a file that needs no more examination. */
  public void openingAgain(GuardedFile file, ApplicationDriver driver) {
    advisories.opening(file, driver);
  }

  /**
   * A database that the application has open already. Nobody waits for the work on it: it is done
   * through the application's own driver alone, as another connection's would be.
   */
  public void openedBefore(Target target, ApplicationDriver driver) throws IOException {
    GuardedFile file = lockedEntry(target.file());
    try {
      file.openedAs(target.file());
      advisories.opening(file, driver);
      if (file.isExaminedFor(target.readOnly())) {
        return;
      }
      file.examined(Outcome.PROCEED, Optional.empty(), 0, target.readOnly(), driver);
      if (file.isOpenedWithoutLocks()) {
        return;
      }
    } finally {
      file.gate().unlock();
    }
    boolean outermost = enter();
    try {
      long started = System.nanoTime();
      Optional<Origin> before = Origin.of(target.file());
      Outcome outcome = guard.whileOpen(target, driver);
      long nanos = System.nanoTime() - started;
      file.examined(outcome, before, nanos, target.readOnly(), driver);
      advisories.firstOpen(file, before, driver);
    } finally {
      leave(outermost);
    }
  }

  /**
   * A database that something in this JVM has open, nobody knows through which SQLite: the guard
   * doesn't open it as long as that lasts.
   */
  public void openedByUnknown(Target target) throws IOException {
    GuardedFile file = lockedEntry(target.file());
    file.openedByUnknown();
    file.gate().unlock();
  }

  /** The name may have come to lead to another file while this thread waited. */
  private GuardedFile lockedEntry(Path path) throws IOException {
    while (true) {
      GuardedFile file = registry.find(path);
      file.gate().lock();
      boolean valid = false;
      try {
        valid = registry.find(path) == file;
      } finally {
        if (!valid) {
          file.gate().unlock();
        }
      }
      if (valid) {
        return file;
      }
    }
  }

  /**
   * What comes of the work before the open; with a start-timeout no later than that allows. The
   * thread that waits here has the gate, so that the others who wait there go on with it.
   */
  private Outcome outcomeOf(GuardedFile file, Target target, ApplicationDriver driver) {
    boolean unknown = file.isOpenedByUnknown();
    if (settings.startTimeout().isEmpty()) {
      return guard.atTheGate(target, driver, unknown);
    }
    Duration limit = settings.startTimeout().get();
    return new TimedVisit(this, guard, target, driver, unknown, limit).outcome();
  }

  /** Whether this JVM may have it open through a connection whose locks aren't the usual ones. */
  private static boolean besideUnseen(GuardedFile file) throws IOException {
    return file.isOpenedWithoutLocks()
        && FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(file.path()))) > 0;
  }

  private void examine(GuardedFile file, Target target, ApplicationDriver driver)
      throws IOException {
    boolean outermost = enter();
    boolean noted = false;
    try {
      long started = System.nanoTime();
      Optional<Origin> before = Origin.of(file.path());
      Outcome outcome = outcomeOf(file, besideUnseen(file) ? target.unseen() : target, driver);
      registry.identify(file);
      Optional<Origin> judged = judged(file.path(), before);
      long nanos = System.nanoTime() - started;
      file.examined(outcome, judged, nanos, target.readOnly(), driver);
      noted = true;
      advisories.firstOpen(file, before, driver);
    } finally {
      if (!noted) {
        // Each connection of a pool would wait for the same again.
        file.examined(Outcome.PROCEED, Optional.empty(), 0, target.readOnly(), driver);
      }
      leave(outermost);
    }
  }

  /**
   * What the verdict is about. A second name, given and taken by an attempted repair, changes one
   * of the times and nothing else; any other change came from somebody else, and is to be seen.
   */
  private static Optional<Origin> judged(Path path, Optional<Origin> before) throws IOException {
    Optional<Origin> after = Origin.of(path);
    boolean same =
        before.isPresent()
            && after.isPresent()
            && isOnlyRelinked(before.get().main(), after.get().main())
            && after.get().hasSameSidesAs(before.get());
    return same ? after : before;
  }

  private static boolean isOnlyRelinked(FileStat before, FileStat after) {
    return after.id().equals(before.id())
        && after.size() == before.size()
        && after.modified().equals(before.modified());
  }

  /**
   * Called when the driver's open of a file ended that had no inode before, or is watched.
   *
   * @param succeeded a driver that has failed, to load its library for example, is left in peace
   */
  public void opened(GuardedFile file, boolean succeeded) throws IOException {
    if (file.id().isEmpty()) {
      registry.identify(file);
      if (file.id().isEmpty()) {
        registry.forget(file);
      }
    }
    if (succeeded && file.isWatched()) {
      advisories.opened(file);
    }
  }

  /** See {@link Guard#seal}. */
  void seal(long deadline) {
    guard.seal(files(), deadline);
  }

  /** Everything opened so far. */
  List<GuardedFile> files() {
    return registry.all();
  }

  /**
   * From here to {@link #leave} the opens of this thread are the guard's own, and pass.
   *
   * @return what {@link #leave} wants to know
   */
  boolean enter() {
    return ownThreads.add(Thread.currentThread());
  }

  void leave(boolean outermost) {
    if (outermost) {
      ownThreads.remove(Thread.currentThread());
    }
  }
}
