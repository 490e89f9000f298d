package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The state files that this process has open: each at most once, because closing a second
 * descriptor, even one that was opened only to try the lock, would release the lock of the first.
 * Waiting can't be interrupted, and leaves the thread's interrupt flag alone.
 */
public final class StateFiles {
  private static final long FOREVER = TimeUnit.DAYS.toNanos(1000);

  /** Who has which file open. */
  private final Map<FileId, Disk> inUse = new HashMap<>();

  /** Those of them that nobody waits for. */
  private final Set<FileId> leftBehind = new HashSet<>();

  /**
   * Opens a state file, creates it where it is missing, and takes its lock.
   *
   * @param model whose owner and mode a new file gets
   * @param waitNanos how long to wait for other threads, and then for other processes
   * @return empty where another one kept it all that time
   * @throws IOException where the file can't be created, or isn't one that may be written to
   */
  public Optional<StateFile> open(Path path, FileStat model, Disk disk, long waitNanos)
      throws IOException {
    StateFile.create(path, model, disk);
    FileId id = idOf(path);
    if (!claim(id, disk, waitNanos)) {
      return Optional.empty();
    }
    Optional<StateFile> opened = Optional.empty();
    try {
      opened = StateFile.lock(path, model, disk, waitNanos);
    } finally {
      if (opened.isPresent()) {
        opened.get().claimedBy(this, id);
      } else {
        release(id);
      }
    }
    return opened;
  }

  /**
   * Reads what a state file says, without its lock, as soon as no thread here has it open.
   *
   * @throws IOException where a thread has it that is left behind
   */
  public StateFile peek(Path path, Disk disk) throws IOException {
    FileId id = idOf(path);
    if (!claim(id, disk, FOREVER)) {
      throw new IOException(path + " is in use");
    }
    try {
      return StateFile.peek(path);
    } finally {
      release(id);
    }
  }

  /**
   * As {@link #peek}, in a directory that this process doesn't work in.
   *
   * @param model the database's
   * @throws IOException also where the file is somebody else's
   */
  public StateFile peekTrusted(Path path, FileStat model, Disk disk) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(path);
    if (stat.isEmpty()) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Ownership.isTrusted(stat.get(), path.getParent(), model)) {
      throw new IOException(path + " belongs to somebody else");
    }
    return peek(path, disk);
  }

  private static FileId idOf(Path path) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(path);
    if (stat.isEmpty()) {
      throw new NoSuchFileException(path.toString());
    }
    return stat.get().id();
  }

  /**
   * The lease of the visit that works with {@code disk} is revoked. What it has open stays its own
   * until its thread comes back, which may be never: from now on nobody waits for that.
   */
  public synchronized void leave(Disk disk) {
    for (Map.Entry<FileId, Disk> claim : inUse.entrySet()) {
      if (claim.getValue() == disk) {
        leftBehind.add(claim.getKey());
      }
    }
    notifyAll();
  }

  private synchronized boolean claim(FileId id, Disk disk, long waitNanos) {
    long started = System.nanoTime();
    boolean interrupted = false;
    for (long left;
        inUse.containsKey(id)
            && !leftBehind.contains(id)
            && (left = started + waitNanos - System.nanoTime()) > 0; ) {
      try {
        wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    disk.require();
    return inUse.putIfAbsent(id, disk) == null;
  }

  synchronized void release(FileId id) {
    inUse.remove(id);
    leftBehind.remove(id);
    notifyAll();
  }
}
