package dev.sqlguard.guard;

import dev.sqlguard.scan.ScanProgress;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.GuardThread;
import dev.sqlguard.store.Sizes;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * Says every few seconds that a long check is still at work: with a percentage while it copies and
 * checks; where SQLite checks, with the time and the size, because SQLite doesn't tell how far it
 * is.
 */
final class Progress implements AutoCloseable, LongConsumer, ScanProgress {
  private static final long INTERVAL_MILLIS = 5000;
  private static final long SMALLEST = 8 << 20;

  private final Log log;
  private final Path database;
  private final long size;
  private final Disk disk;
  private final long started = System.nanoTime();
  private volatile long copied;
  private volatile int scanned;
  private volatile boolean repairing;
  private volatile boolean closed;
  private final Thread thread;

  /**
   * A database so small that no check of it takes long gets no thread.
   *
   * @param disk knows whether the application has gone on without the check
   */
  Progress(Log log, Path database, long size, Disk disk) {
    this.log = log;
    this.database = database;
    this.size = size;
    this.disk = disk;
    if (size < SMALLEST) {
      thread = null;
      return;
    }
    thread = new GuardThread("sqlguard-progress", this::run);
    thread.start();
  }

  @Override
  public void accept(long bytes) {
    copied = bytes;
  }

  /** Ends the scan where nobody waits for it any more. */
  @Override
  public void scanned(long pages, long total) {
    disk.require();
    scanned = (int) (pages * 100 / total);
  }

  /** From here on only the time is known, until somebody tells more. */
  void copied() {
    copied = Long.MAX_VALUE;
  }

  /** The check is over, with a bad result. */
  void repairing() {
    repairing = true;
  }

  @Override
  public void close() {
    closed = true;
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void run() {
    try {
      while (!closed && !disk.isRevoked()) {
        Thread.sleep(INTERVAL_MILLIS);
        if (!closed && !disk.isRevoked()) {
          log.info(database, text());
        }
      }
    } catch (InterruptedException e) {
      // The check has ended.
    }
  }

  private String text() {
    long seconds = (System.nanoTime() - started) / 1_000_000_000;
    if (repairing) {
      return "repairing " + Sizes.text(size) + " for " + seconds + " s";
    }
    if (copied < size) {
      return "copying, " + copied * 100 / size + " % of " + Sizes.text(size);
    }
    int percent = scanned;
    if (percent > 0 && percent < 100) {
      return "checking, " + percent + " % of " + Sizes.text(size);
    }
    return "checking " + Sizes.text(size) + " for " + seconds + " s";
  }
}
