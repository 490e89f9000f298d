package dev.sqlguard.it.torture;

import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** How long something takes that is to be killed in the middle, as it took lately. */
final class AimedAt {
  private double nanos;

  /**
   * @param firstGuessNanos until one was seen to its end
   */
  AimedAt(long firstGuessNanos) {
    nanos = firstGuessNanos;
  }

  synchronized void took(long observed) {
    nanos += (observed - nanos) / 4;
  }

  /** Waits for a random part of it. */
  void await(Random random) {
    long until = System.nanoTime() + (long) (random.nextDouble() * get());
    for (long left; (left = until - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }

  private synchronized double get() {
    return nanos;
  }
}
