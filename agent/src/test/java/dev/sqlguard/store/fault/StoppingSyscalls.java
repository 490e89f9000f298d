package dev.sqlguard.store.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/**
 * A process that dies before one of its calls, and stays dead: whatever the dying code tries in its
 * finally blocks doesn't happen either.
 */
public final class StoppingSyscalls extends WatchedSyscalls {
  /** The process is gone. */
  public static final class Stopped extends Error {
    private static final long serialVersionUID = 1;
  }

  private final Predicate<Call> end;
  private final Optional<Random> inside;
  private Call last;
  private PartlyWritten dying;
  private int torn;
  private boolean dead;

  /**
   * @param lifetime how many calls happen
   */
  public StoppingSyscalls(int lifetime) {
    this(lifetime, Optional.empty());
  }

  /**
   * @param inside where the call after these is a write or SQLite's work, it dies in the middle of
   *     that, and this says how much of it has reached the file
   */
  public StoppingSyscalls(int lifetime, Optional<Random> inside) {
    this(new Count(lifetime), inside);
  }

  /**
   * @param end the first call that doesn't happen
   */
  public StoppingSyscalls(Predicate<Call> end) {
    this(end, Optional.empty());
  }

  private StoppingSyscalls(Predicate<Call> end, Optional<Random> inside) {
    this.end = end;
    this.inside = inside;
  }

  /** Whether there was a call more than it lived for. */
  public boolean hasStopped() {
    return last != null;
  }

  /** The call that it died at; empty as long as it lives. */
  public Optional<Call> stoppedAt() {
    return Optional.ofNullable(last);
  }

  /** Death makes no difference to what is written already. */
  @Override
  protected boolean syncs() {
    return false;
  }

  @Override
  protected void before(Call call) {
    if (dead || dying != null) {
      die();
    }
    if (end.test(call)) {
      last = call;
      if (inside.isPresent() && call.kind() == Call.Kind.WRITE && call.length() > 1) {
        torn = 1 + inside.get().nextInt(call.length() - 1);
      }
      if (inside.isEmpty() || call.kind() != Call.Kind.SQLITE) {
        die();
      }
      try {
        dying = new PartlyWritten(call.path());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  protected void after(Call call) {
    if (dying != null) {
      die();
    }
  }

  @Override
  protected int torn(Call write) {
    int bytes = torn;
    torn = 0;
    return bytes;
  }

  private void die() {
    if (!dead && dying != null) {
      try {
        dying.leave(inside.orElseThrow());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    dead = true;
    throw new Stopped();
  }
}
