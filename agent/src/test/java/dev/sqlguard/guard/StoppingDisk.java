package dev.sqlguard.guard;

/**
 * A disk that dies before its k-th operation, and stays dead: whatever the dying code tries in its
 * finally blocks doesn't happen either.
 */
final class StoppingDisk extends SteppingDisk {
  /** The process is gone. */
  static final class Stopped extends Error {
    private static final long serialVersionUID = 1;
  }

  private final int lifetime;
  private int operations;

  StoppingDisk(int lifetime) {
    this.lifetime = lifetime;
  }

  boolean hasStopped() {
    return operations > lifetime;
  }

  @Override
  void step() {
    if (++operations > lifetime) {
      throw new Stopped();
    }
  }
}
