package dev.sqlguard.store;

/**
 * A thread of the guard's own. It keeps no JVM alive and has nothing of the application: no thread
 * locals inherited, whose making would run code of the application's, and no context class loader.
 * What it throws ends it, and reaches no handler that the application has set.
 */
public final class GuardThread extends Thread {
  private volatile Throwable failure;

  /**
   * Not started yet.
   *
   * @param name of which the kernel shows the first 15 characters
   */
  public GuardThread(String name, Runnable task) {
    super(null, task, name, 0, false);
    setDaemon(true);
    setContextClassLoader(null);
    setUncaughtExceptionHandler((thread, thrown) -> failure = thrown);
  }

  /** What ended it before its task was done; null where nothing did. */
  public Throwable failure() {
    return failure;
  }
}
