package dev.sqlguard.store;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.TimeUnit;

/**
 * Runs channel operations on a thread that may be interrupted at any moment. A {@code FileChannel}
 * closes itself when its thread is interrupted; pools interrupt threads while they open
 * connections. The flag is set aside for the operation, an interrupt that comes in between repeats
 * it, and the flag is what it would have been when the operation is over.
 */
public final class Uninterrupted {
  /** An operation that opens what it needs itself, so that it can be repeated. */
  @FunctionalInterface
  public interface Operation<T> {
    T run() throws IOException;
  }

  private static final int MOST_ATTEMPTS = 100;

  private Uninterrupted() {}

  /**
   * Waits for the end of {@code worker}, with a thread that may be interrupted: it waits all the
   * same, and keeps its flag.
   *
   * @param deadline how long at most, by {@link System#nanoTime}
   */
  public static void join(Thread worker, long deadline) {
    boolean interrupted = Thread.interrupted();
    for (long left; (left = deadline - System.nanoTime()) > 0 && worker.isAlive(); ) {
      try {
        worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Repeats {@code operation} until no interrupt hits it. */
  public static <T> T run(Operation<T> operation) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          return operation.run();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          Thread.interrupted();
          if (attempt == MOST_ATTEMPTS) {
            throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
