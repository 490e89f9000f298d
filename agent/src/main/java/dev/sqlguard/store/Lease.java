package dev.sqlguard.store;

import java.util.concurrent.TimeUnit;

/**
 * The permission of one visit to change files and to close what it has opened. It is revoked when
 * the visit's time is up and the application goes on without it: a thread that is left behind in a
 * call that doesn't return, or in a long check, then finds out at its next step.
 *
 * <p>What must not be cut off in the middle is a critical section: the steps of an installation
 * between which the database lacks its log, and the closing of a descriptor, which would release
 * the locks that the application has taken by then. Whoever revokes waits for it, as long as he
 * cares to. Sections may be nested. One thread works under a lease, another revokes it.
 */
public final class Lease {
  private int sections;
  private boolean revoked;

  /**
   * The same calls, as long as it lasts. Made here so that no class of this is loaded where nothing
   * has a lease.
   */
  Syscalls limit(Syscalls calls) {
    return new LeasedSyscalls(calls, this);
  }

  /** Whether the application has gone on. */
  public synchronized boolean isRevoked() {
    return revoked;
  }

  /**
   * Before each step.
   *
   * @throws RevokedError where there must be none any more
   */
  public synchronized void require() {
    if (revoked) {
      throw new RevokedError();
    }
  }

  /**
   * Begins a critical section.
   *
   * @return false where the lease is revoked: there is no section
   */
  synchronized boolean enter() {
    if (revoked) {
      return false;
    }
    sections++;
    return true;
  }

  /** Ends the innermost section. */
  synchronized void exit() {
    sections--;
    notifyAll();
  }

  /**
   * Revokes the lease, unless a critical section is under way.
   *
   * @return whether it is revoked
   */
  public synchronized boolean tryRevoke() {
    revoked |= sections == 0;
    return revoked;
  }

  /** Revokes the lease, in a critical section too: its next step doesn't happen any more. */
  public synchronized void revoke() {
    revoked = true;
  }

  /**
   * Waits until no critical section is under way. Can't be interrupted, and leaves the thread's
   * interrupt flag alone.
   *
   * @param deadline how long at most, by {@link System#nanoTime}
   * @return false where there still is one
   */
  public synchronized boolean awaitExit(long deadline) {
    boolean interrupted = false;
    for (long left; sections > 0 && (left = deadline - System.nanoTime()) > 0; ) {
      try {
        wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return sections == 0;
  }
}
