package dev.sqlguard.guard;

import dev.sqlguard.store.ForeignText;
import dev.sqlguard.store.LogFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The guard's voice: whole lines on the process's standard error, whatever the application made of
 * {@code System.err}, or in a file.
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

  private final Level level;
  private final Optional<Path> file;

  /** Null most of the time. */
  private volatile Listener listener;

  private final Map<Path, String> lastReasons = new ConcurrentHashMap<>();

  public Log(Level level, Optional<Path> file) {
    this.level = level;
    this.file = file;
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

  private void tell(boolean warning, String text) {
    Listener l = listener;
    if (l != null) {
      l.heard(warning, ForeignText.printable(text));
    }
  }

  private void write(String text) {
    String line = "sqlguard: " + ForeignText.printable(text);
    try {
      if (file.isPresent()) {
        LogFile.append(file.get(), bytes(dated(LocalDateTime.now(), line)));
        return;
      }
    } catch (IOException e) {
      String why = file.get() + ": can't be written (" + e.getMessage() + ")";
      standardError("sqlguard: " + ForeignText.printable(why));
    }
    standardError(line);
  }

  /** Always with seconds, which a time's own text leaves out at the full minute. */
  static String dated(LocalDateTime time, String line) {
    return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time.truncatedTo(ChronoUnit.SECONDS))
        + " "
        + line;
  }

  private static void standardError(String line) {
    try {
      new FileOutputStream(FileDescriptor.err).write(bytes(line));
    } catch (IOException e) {
      // Standard error is closed: there is nobody to tell.
    }
  }

  private static byte[] bytes(String line) {
    return (line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8);
  }
}
