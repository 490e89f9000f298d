package dev.sqlguard.it.slow;

import dev.sqlguard.it.slow.core.DB;

/** Opens each of its arguments and ends. */
public final class App {
  /** Whether the thread that ends the JVM has its interrupt flag set. */
  public static final String INTERRUPTED = "test.app.interrupted";

  private App() {}

  public static void main(String[] files) {
    for (String file : files) {
      new DB().open(file, 6);
    }
    if (Boolean.getBoolean(INTERRUPTED)) {
      Thread.currentThread().interrupt();
    }
    System.exit(3);
  }
}
