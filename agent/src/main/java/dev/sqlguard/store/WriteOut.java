package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The writing of a file to the disk that was begun ahead of its fsync, and what came of it. The
 * kernel says once to each open descriptor that something couldn't be written, and nothing to one
 * that is opened after somebody has heard of it: whoever fsyncs the file later has to ask here.
 */
public final class WriteOut implements Runnable {
  /** What may fail. */
  @FunctionalInterface
  public interface Work {
    void run() throws IOException;
  }

  private static final long FOREVER = Long.MAX_VALUE / 2;

  private final Path path;
  private final Work work;
  private Thread thread;
  private IOException failure;
  private boolean written;

  public WriteOut(Path path, Work work) {
    this.path = path;
    this.work = work;
  }

  @Override
  public void run() {
    try {
      work.run();
      written = true;
    } catch (IOException e) {
      failure = e;
    }
  }

  /**
   * @param thread that runs this, or would have: it may never have been started
   */
  void runsOn(Thread thread) {
    this.thread = thread;
  }

  /**
   * Waits for its end.
   *
   * @throws IOException where something hasn't reached the disk, each time that it is asked
   */
  void await() throws IOException {
    if (thread != null) {
      Uninterrupted.join(thread, System.nanoTime() + FOREVER);
    }
    if (failure != null) {
      throw failure;
    }
    if (!written) {
      throw new IOException(path + " could not be written to the disk");
    }
  }
}
