package dev.sqlguard.scan;

import java.util.ArrayList;
import java.util.List;

/** What a scan has found so far, in any thread. */
final class Suspicions {
  private final int most;
  private final List<Suspicion> found = new ArrayList<>();
  private volatile boolean full;

  /**
   * @param most after so many it isn't worth while to go on
   */
  Suspicions(int most) {
    this.most = most;
  }

  synchronized void add(long page, String object, String text) {
    if (found.size() < most) {
      found.add(new Suspicion(page, object, text));
    }
    full |= found.size() >= most;
  }

  /** Nobody wants to know more. */
  void stop() {
    full = true;
  }

  /** Whether it isn't worth while to go on. */
  boolean isFull() {
    return full;
  }

  synchronized List<Suspicion> all() {
    return List.copyOf(found);
  }
}
