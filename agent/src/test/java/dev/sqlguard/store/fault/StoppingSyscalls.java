package dev.sqlguard.store.fault;

/**
 * A process that dies before its k-th call, and stays dead: whatever the dying code tries in its
 * finally blocks doesn't happen either.
 */
public final class StoppingSyscalls extends WatchedSyscalls {
  /** The process is gone. */
  public static final class Stopped extends Error {
    private static final long serialVersionUID = 1;
  }

  private final int lifetime;
  private int calls;

  /**
   * @param lifetime how many calls happen
   */
  public StoppingSyscalls(int lifetime) {
    this.lifetime = lifetime;
  }

  /** Whether there was a call more than it lived for. */
  public boolean hasStopped() {
    return calls > lifetime;
  }

  @Override
  protected void before(Call call) {
    if (++calls > lifetime) {
      throw new Stopped();
    }
  }
}
