package dev.sqlguard.scan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tasks that are still to be done, and who is at work on one.
 *
 * <p>What takes longest in a JVM that has just started is compiling, so it is made easy. The trees
 * take turns, and begin with small pieces: when the first pages of every kind of tree come early,
 * the JVM compiles the code once for all of them, and not anew for each kind that it hasn't seen
 * before. And until then one thread works alone: the code that counts for the compiler what it does
 * is several times slower where two threads count in the same places (measured: 2.0 s for one, 4.5
 * s for two), and the compiler needs a processor of its own.
 */
final class Crew {
  /** Enough for every large tree to have some among them. */
  private static final int ENOUGH = 64;

  /** So many tasks of a page each come first: about as many as the JVM watches before compiling. */
  private static final int YOUNG = 256;

  /** While it is young there may be all children of some pages at a time. */
  private static final int ENOUGH_WHILE_YOUNG = 2048;

  /** Keys can be long, and each task has two: in bytes. */
  private static final int MOST_WEIGHT = 8 << 20;

  private final Map<Tree, Deque<Task>> byTree = new HashMap<>();

  /** Of the trees that have any; there may be thousands of small ones. */
  private final List<Deque<Task>> turns = new ArrayList<>();

  private int open;
  private long weight;
  private int turn;
  private int taken;
  private int busy;
  private Throwable failure;

  synchronized void add(Task task) {
    Deque<Task> ofTree = byTree.get(task.tree());
    if (ofTree == null) {
      ofTree = new ArrayDeque<>();
      byTree.put(task.tree(), ofTree);
      turns.add(ofTree);
    }
    ofTree.addLast(task);
    open++;
    weight += task.weight();
    notify();
  }

  /** Whether somebody may soon have nothing to do, so that work should be split. */
  synchronized boolean isHungry() {
    return open < ENOUGH && weight < MOST_WEIGHT;
  }

  /** Whether every page should be a task of its own. */
  synchronized boolean isYoung() {
    return taken < YOUNG && open < ENOUGH_WHILE_YOUNG && weight < MOST_WEIGHT;
  }

  /**
   * Waits for a task. {@link #done} is to be called after it.
   *
   * @return null where all is done, or somebody has failed
   */
  synchronized Task take() {
    boolean interrupted = false;
    while (failure == null && busy > 0 && (open == 0 || taken < YOUNG)) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null || open == 0) {
      return null;
    }
    turn = (turn + 1) % turns.size();
    Deque<Task> ofTree = turns.get(turn);
    Task task = ofTree.pollLast();
    if (ofTree.isEmpty()) {
      byTree.remove(task.tree());
      Deque<Task> last = turns.remove(turns.size() - 1);
      if (turn < turns.size()) {
        turns.set(turn, last);
      }
    }
    open--;
    weight -= task.weight();
    taken++;
    busy++;
    return task;
  }

  synchronized void done() {
    busy--;
    if (busy == 0 || taken == YOUNG) {
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
