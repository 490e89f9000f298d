package dev.sqlguard.scan;

import java.util.ArrayDeque;

/** The tasks that are still to be done, and who is at work on one. The last one first. */
final class Crew {
  private final int threads;
  private final ArrayDeque<Task> open = new ArrayDeque<>();
  private int busy;
  private Throwable failure;

  Crew(int threads) {
    this.threads = threads;
  }

  synchronized void add(Task task) {
    open.addLast(task);
    notify();
  }

  /** Whether somebody may soon have nothing to do, so that work should be split. */
  synchronized boolean isHungry() {
    return threads > 1 && open.size() < 2 * threads;
  }

  /**
   * Waits for a task. {@link #done} is to be called after it.
   *
   * @return null where all is done, or somebody has failed
   */
  synchronized Task take() {
    boolean interrupted = false;
    while (failure == null && open.isEmpty() && busy > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null || open.isEmpty()) {
      return null;
    }
    busy++;
    return open.removeLast();
  }

  synchronized void done() {
    busy--;
    if (busy == 0) {
      notifyAll();
    }
  }

  /** Ends the work of all. */
  synchronized void fail(Throwable why) {
    failure = failure == null ? why : failure;
    notifyAll();
  }

  /** Null where nobody has failed. */
  synchronized Throwable failure() {
    return failure;
  }
}
