package dev.sqlguard.scan;

import java.util.ArrayList;
import java.util.List;

/**
 * The tasks that are still to be done, and who is at work on one. They are taken in no order: when
 * the first pages of every kind of tree come early, the JVM compiles the code once for all of them,
 * and not anew for each kind that it hasn't seen before.
 */
final class Crew {
  /** Enough for every large tree to have some among them. */
  private static final int ENOUGH = 64;

  private final List<Task> open = new ArrayList<>();
  private int turn;
  private int busy;
  private Throwable failure;

  synchronized void add(Task task) {
    open.add(task);
    notify();
  }

  /** Whether somebody may soon have nothing to do, so that work should be split. */
  synchronized boolean isHungry() {
    return open.size() < ENOUGH;
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
    turn = turn * 1664525 + 1013904223;
    int chosen = Math.floorMod(turn >> 8, open.size());
    Task task = open.get(chosen);
    open.set(chosen, open.get(open.size() - 1));
    open.remove(open.size() - 1);
    return task;
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
