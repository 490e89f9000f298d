package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A database that this JVM has opened, remembered until the JVM ends. */
public final class GuardedFile {
  /** An application that keeps trying must not spend its time on checks. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** An application that closes and opens all the time must not pay for looks that see nothing. */
  private static final int MOST_LOOKS = 16;

  private final Path path;
  private final ReentrantLock gate = new ReentrantLock();
  private volatile Optional<FileId> id;
  private volatile boolean examined;
  private volatile boolean examinedForWriting;
  private volatile Outcome outcome = Outcome.PROCEED;

  /** What was refused; null where nothing was. */
  private volatile Origin refused;

  /**
   * When a refusal that may end by itself is to be looked into again, by {@link System#nanoTime}.
   */
  private volatile long retryAt;

  private volatile ApplicationDriver driver;
  private volatile boolean keyProven;
  private volatile boolean openedByTwoCopies;
  private volatile boolean openedByUnknown;
  private volatile boolean openedWithoutLocks;
  private volatile boolean watched;
  private int looks;
  private final Set<Path> names = new LinkedHashSet<>();

  /** When the inode came to be, as {@link FileStat#created} says; null while there is none. */
  private volatile FileTime created;

  GuardedFile(Path path, Optional<FileStat> stat) {
    this.path = path;
    identify(stat);
  }

  /** Whether no open of this kind needs any more looking into, whatever its key. */
  public boolean isExaminedFor(boolean readOnly) throws IOException {
    return isSettledFor(readOnly) && !mayAnotherKeyFit();
  }

  /** The same for an open through this driver: where nothing was readable, another key may fit. */
  public boolean isExaminedFor(boolean readOnly, ApplicationDriver by) throws IOException {
    return isSettledFor(readOnly) && !(mayAnotherKeyFit() && !by.opensLike(driver));
  }

  private boolean mayAnotherKeyFit() {
    Outcome.Reading reading = outcome.reading();
    return reading == Outcome.Reading.UNREADABLE
        || reading == Outcome.Reading.NOT_TRIED && driver.isKeyed();
  }

  private boolean isSettledFor(boolean readOnly) throws IOException {
    return (readOnly ? examined : examinedForWriting) && !hasChangedSinceRefusal();
  }

  /** Somebody may have repaired it, or the guard may be able to by now. */
  private boolean hasChangedSinceRefusal() throws IOException {
    Origin then = refused;
    if (then == null) {
      return false;
    }
    return outcome.passing() && System.nanoTime() - retryAt > 0 || !then.isUnchanged();
  }

  /** What the application gets instead of a connection. */
  public Optional<String> refusal() {
    return outcome.refusal();
  }

  Path path() {
    return path;
  }

  /** Empty until the file exists. */
  Optional<FileId> id() {
    return id;
  }

  void identify(Optional<FileStat> now) {
    id = now.isPresent() ? Optional.of(now.get().id()) : Optional.empty();
    created = now.isPresent() ? now.get().created() : null;
  }

  /** Meaningful only where the file system keeps this time. */
  boolean isCreatedAt(FileTime time) {
    return time.equals(created);
  }

  ReentrantLock gate() {
    return gate;
  }

  /**
   * @param origin what the files were before they were examined
   * @param nanos how long that took
   */
  void examined(
      Outcome result, Optional<Origin> origin, long nanos, boolean readOnly, ApplicationDriver by) {
    boolean wasRefused = refused != null;
    outcome = result;
    retryAt = System.nanoTime() + Math.max(RETRY_NANOS, nanos);
    refused = result.refusal().isPresent() ? origin.orElse(null) : null;
    driver = by;
    keyProven = result.reading() == Outcome.Reading.READ;
    examined = true;
    examinedForWriting = !readOnly || examinedForWriting && !wasRefused;
  }

  /** An earlier copy of the driver may be unloaded; of the same one, the judge's key is right. */
  void openedBy(ApplicationDriver by) {
    boolean another = driver != null && driver.loadedCopy() != by.loadedCopy();
    if (another) {
      openedByTwoCopies = true;
    }
    if (driver == null || another) {
      driver = by;
      keyProven = false;
    }
  }

  /** Whether to tell {@link Gate#opened} of every open. */
  public boolean isWatched() {
    return watched;
  }

  void watch(boolean on) {
    watched = on;
  }

  /**
   * Whether one more look through all descriptors is allowed. After the last one it isn't watched.
   */
  synchronized boolean mayLook() {
    looks++;
    if (looks >= MOST_LOOKS) {
      watched = false;
    }
    return looks <= MOST_LOOKS;
  }

  /** By what isn't known: whoever opens it next may be the second copy of SQLite that does. */
  void openedByUnknown() {
    openedByUnknown = true;
    openedByTwoCopies = true;
  }

  /**
   * Whether something that was here before the guard may have it open: see {@link
   * #openedByUnknown}.
   */
  boolean isOpenedByUnknown() {
    return openedByUnknown;
  }

  /** Whether two copies of SQLite in this JVM opened it: neither may then do so for the guard. */
  boolean isOpenedByTwoCopies() {
    return openedByTwoCopies;
  }

  /** For good: nobody knows when such a connection is closed. */
  void openedWithoutLocks() {
    openedWithoutLocks = true;
  }

  /**
   * Whether it was ever opened with other locks than the usual ones, or none. A connection with
   * these takes itself for the only one then: none of the guard's may be made beside it.
   */
  boolean isOpenedWithoutLocks() {
    return openedWithoutLocks;
  }

  /** Hard links have side files of their own names. */
  synchronized void openedAs(Path name) {
    names.add(name);
  }

  /** The real paths under which it was opened. */
  synchronized List<Path> names() {
    return new ArrayList<>(names);
  }

  /** What was found out at the first open; empty where a seal must not tell of it. */
  Optional<FullCheck> lastFullCheck() {
    return outcome.passed();
  }

  ApplicationDriver driver() {
    return driver;
  }

  /**
   * Not with a key that nothing was read with: where it is wrong, the encrypting fork's checkpoint
   * (3.40.1) writes pages that no key opens any more.
   */
  boolean isToBeFolded() {
    return examinedForWriting && outcome.foldAtExit() && (keyProven || !driver.isKeyed());
  }
}
