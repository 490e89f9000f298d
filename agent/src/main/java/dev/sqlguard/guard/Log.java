package dev.sqlguard.guard;

import dev.sqlguard.store.ForeignText;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The guard's voice: whole lines on the process's standard error, whatever the application made of
 * {@code System.err}, or in a file. A line is written when the method that says it returns, unless
 * nobody takes it: that holds up nobody.
 */
public final class Log {
  /** What is said. */
  public enum Level {
    INFO,
    WARN,
    OFF
  }

  /** Hears everything, whatever the level is. */
  public interface Listener {
    /**
     * @param warning whether somebody should look
     */
    void heard(boolean warning, String line);
  }

  private static final long LAST_LINES_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Level level;
  private final LineWriter lines;

  /** Null most of the time. */
  private volatile Listener listener;

  private final Map<Path, String> lastReasons = new ConcurrentHashMap<>();

  public Log(Level level, Optional<Path> file) {
    this.level = level;
    this.lines = new LineWriter(new LogOutput(file));
  }

  /**
   * @param next null for nobody
   */
  public void listen(Listener next) {
    listener = next;
  }

  /** Something was done. */
  public void info(Path database, String what) {
    if (level == Level.INFO) {
      write(database + ": " + what);
    }
    tell(false, database + ": " + what);
  }

  /** Somebody should look. */
  public void warn(Path database, String what) {
    warn(database + ": " + what);
  }

  /**
   * As {@link #warn}, unless the last such line about the database had the same reason: what is
   * looked into again and again is said once.
   */
  public void warnOfChange(Path database, String what, String reason) {
    if (!reason.equals(lastReasons.put(database, reason))) {
      warn(database, what);
    }
  }

  /** About no database in particular. */
  public void warn(String what) {
    if (level != Level.OFF) {
      write(what);
    }
    tell(true, what);
  }

  /**
   * Waits until everything that was said is written; where nobody takes it, no longer than a
   * moment.
   *
   * @param deadline how long at most, by {@link System#nanoTime}
   */
  void flush(long deadline) {
    lines.flush(Math.min(deadline, System.nanoTime() + LAST_LINES_NANOS));
  }

  private void tell(boolean warning, String text) {
    Listener l = listener;
    if (l != null) {
      l.heard(warning, ForeignText.printable(text));
    }
  }

  private void write(String text) {
    lines.say("sqlguard: " + ForeignText.printable(text));
  }
}
