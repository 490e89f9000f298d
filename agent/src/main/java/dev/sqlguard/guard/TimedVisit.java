package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.store.GuardThread;
import dev.sqlguard.store.Lease;
import dev.sqlguard.store.RevokedError;
import dev.sqlguard.store.Uninterrupted;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The work before one first open, on a thread of its own. When the time is up its lease is revoked,
 * and the application goes on: wherever the thread is, in a check or in a call that never returns,
 * it changes nothing any more and closes nothing that the application may have locked.
 *
 * <p>A critical section of that work is waited for, since the database isn't whole in the midst of
 * an installation. Who has come that far is about to end, and is given the moment to do so.
 */
final class TimedVisit implements Runnable {
  /**
   * A few calls of the file system, which answers late at times; a call that hangs takes longer.
   */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long LAST_STEPS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Gate gate;
  private final Guard guard;
  private final Target target;
  private final ApplicationDriver driver;
  private final boolean besideUnknown;
  private final Duration limit;
  private final Lease lease = new Lease();
  private final Thread worker;
  private volatile Outcome outcome;
  private volatile Throwable failure;

  TimedVisit(
      Gate gate,
      Guard guard,
      Target target,
      ApplicationDriver driver,
      boolean besideUnknown,
      Duration limit) {
    this.gate = gate;
    this.guard = guard.under(lease);
    this.target = target;
    this.driver = driver;
    this.besideUnknown = besideUnknown;
    this.limit = limit;
    this.worker = new GuardThread("sqlguard-start", this);
  }

  /** What comes of it in time, for the thread that opens the database. */
  Outcome outcome() {
    long deadline = System.nanoTime() + limit.toNanos();
    start();
    return outcomeBy(deadline, PATIENCE_NANOS);
  }

  void start() {
    // The driver works there as if it were here.
    worker.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    worker.start();
  }

  /**
   * @param deadline when the time is up, by {@link System#nanoTime}
   * @param patienceNanos how long a critical section may take from then on
   */
  Outcome outcomeBy(long deadline, long patienceNanos) {
    Uninterrupted.join(worker, deadline);
    revoke(System.nanoTime() + patienceNanos);
    Throwable thrown = failure;
    // The worker may have noticed already that its time is up.
    if (thrown instanceof Error error && !(thrown instanceof RevokedError)) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (outcome != null) {
      return outcome;
    }
    guard.leftBehind(target.file(), limit);
    return Outcome.PROCEED;
  }

  private void revoke(long end) {
    while (worker.isAlive() && !lease.tryRevoke()) {
      if (lease.awaitExit(end)) {
        Uninterrupted.join(worker, Math.min(end, System.nanoTime() + LAST_STEPS_NANOS));
      } else {
        lease.revoke();
      }
    }
  }

  /** The thread's work. What is thrown is the opener's, if he is still there. */
  @Override
  public void run() {
    boolean outermost = gate.enter();
    try {
      outcome = guard.atTheGate(target, driver, besideUnknown);
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      gate.leave(outermost);
    }
  }
}
