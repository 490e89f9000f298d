package dev.sqlguard.guard;

import dev.sqlguard.store.GuardThread;
import dev.sqlguard.store.Uninterrupted;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Lines on their way to where they are written, one after the other. Nobody may be reading there,
 * or the disk may not answer: a call that writes can take for ever. So it is made on a thread that
 * lives as long as there are lines. Whoever has said one waits until it is written, so that it
 * stands before what the application says next, and is out if the JVM ends at once; but not for
 * long, and not at all behind a line that has taken that long already.
 */
final class LineWriter {
  /** Where lines go. Never called by two threads at a time. */
  interface Output {
    /**
     * May take for ever. What it throws is for nobody.
     *
     * @param millis when it was said, as {@link System#currentTimeMillis} says
     */
    void write(long millis, String line);
  }

  private record Line(long millis, String text) {}

  static final int MOST_WAITING = 100;

  /** Many times what a write takes, on a busy machine too. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Output output;
  private final Queue<Line> waiting = new ArrayDeque<>();
  private int dropped;

  /** Null while there is nothing to write. */
  private Thread writer;

  /** When it began with the line that it is at, by {@link System#nanoTime}. */
  private long began;

  /** Whether it is at one. */
  private boolean writing;

  LineWriter(Output output) {
    this.output = output;
  }

  /**
   * Says a line. Can't be interrupted, leaves the thread's interrupt flag alone, and throws
   * nothing. Where too many lines wait it is dropped; in their place it is said how many were.
   */
  void say(String text) {
    Thread thread;
    long since = System.nanoTime();
    synchronized (this) {
      if (!accept(text)) {
        return;
      }
      if (writer == null) {
        start();
      } else if (writing) {
        since = began;
      }
      thread = writer;
    }
    if (thread == Thread.currentThread()) {
      writeAll();
    } else {
      Uninterrupted.join(thread, since + PATIENCE_NANOS);
    }
  }

  /**
   * Waits until everything is written.
   *
   * @param deadline how long at most, by {@link System#nanoTime}
   */
  void flush(long deadline) {
    Thread thread;
    synchronized (this) {
      thread = writer;
    }
    if (thread != null) {
      Uninterrupted.join(thread, deadline);
    }
  }

  private boolean accept(String text) {
    int needed = dropped > 0 ? 2 : 1;
    if (waiting.size() + needed > MOST_WAITING) {
      dropped++;
      return false;
    }
    if (dropped > 0) {
      waiting.add(takeDropped());
    }
    waiting.add(new Line(System.currentTimeMillis(), text));
    return true;
  }

  private Line takeDropped() {
    String lines = dropped == 1 ? "1 line is" : dropped + " lines are";
    String text = "sqlguard: " + lines + " missing here: nobody took what was said before";
    dropped = 0;
    return new Line(System.currentTimeMillis(), text);
  }

  /** Where none can be made, whoever says the line writes it himself. */
  private void start() {
    try {
      Thread thread = new GuardThread("sqlguard-log", this::writeAll);
      thread.start();
      writer = thread;
    } catch (OutOfMemoryError | RuntimeException e) {
      writer = Thread.currentThread();
    }
  }

  private void writeAll() {
    for (Line line; (line = next()) != null; ) {
      try {
        output.write(line.millis(), line.text());
      } catch (RuntimeException | Error e) {
        // There is nobody to tell.
      }
    }
  }

  private synchronized Line next() {
    writing = false;
    Line line = waiting.poll();
    if (line == null && dropped > 0) {
      line = takeDropped();
    }
    if (line != null) {
      writing = true;
      began = System.nanoTime();
    } else if (writer == Thread.currentThread()) {
      writer = null;
    }
    return line;
  }
}
