package dev.sqlguard.driver;

import dev.sqlguard.store.GuardThread;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Interrupts SQLite when it has been at work on one connection for too long, until that is closed.
 * Time in which the machine or the process was stopped doesn't count.
 *
 * <p>SQLite forgets an interrupt that meets no statement, so it is repeated: what comes after the
 * limit ends as soon as it has begun. An interrupt of a connection that is being closed would touch
 * memory that is free already: {@link #end} waits for one that is under way, and none comes after
 * it.
 */
final class TimeLimit implements Runnable {
  /** As SQLite's drivers report an interrupt. */
  static final int SQLITE_INTERRUPT = 9;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long LOOK_AGAIN_MILLIS = 1000;
  private static final long INTERRUPT_AGAIN_MILLIS = 1;

  private final Statement statement;
  private final Duration limit;
  private final LongSupplier nanoClock;
  private volatile boolean reached;
  private boolean ended;

  /**
   * @param statement any of the connection that nothing else is done with
   * @param nanoClock like {@link System#nanoTime}
   */
  TimeLimit(Statement statement, Duration limit, LongSupplier nanoClock) {
    this.statement = statement;
    this.limit = limit;
    this.nanoClock = nanoClock;
  }

  /** From here on the time counts. */
  void start() {
    try {
      new GuardThread("sqlguard-limit", this).start();
    } catch (OutOfMemoryError e) {
      // No thread is to be had: the work goes on without a limit.
    }
  }

  /**
   * @throws SQLException with SQLITE_INTERRUPT, where the limit has been reached
   */
  void require() throws SQLException {
    if (reached) {
      String reason =
          "SQLite was stopped after "
              + limit.toSeconds()
              + " s, longer than the size of the file explains";
      throw new SQLException(reason, null, SQLITE_INTERRUPT);
    }
  }

  /** No interrupt comes after this. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  @Override
  public void run() {
    try {
      watch();
    } catch (Throwable e) {
      // An old driver can't be interrupted; and there is nobody to tell anything.
    }
  }

  private synchronized void watch() throws SQLException {
    long left = limit.toNanos();
    long last = nanoClock.getAsLong();
    while (!ended) {
      long pause = Math.min(LOOK_AGAIN_MILLIS, left / NANOS_PER_MILLI + 1);
      await(reached ? INTERRUPT_AGAIN_MILLIS : pause);
      long now = nanoClock.getAsLong();
      left -= Math.min(now - last, 2 * pause * NANOS_PER_MILLI);
      last = now;
      if (left <= 0 && !ended) {
        reached = true;
        statement.cancel();
      }
    }
  }

  private void await(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      // Nobody has a reason to.
    }
  }
}
