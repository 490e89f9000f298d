package dev.sqlguard.guard;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The answers to a {@link JoinRequest}, in the same file, one a line: a word for the kind, and
 * text. Nobody may be waiting any more; then they go nowhere.
 */
public final class JoinAnswers implements Log.Listener {
  /** How it ended. The entry writes some of them itself. */
  public enum Outcome {
    /** The guard is at work; the text is how many databases were open. */
    JOINED,
    /** It was at work before, and nothing was done. */
    ALREADY,
    /** It isn't; the text says why. */
    FAILED
  }

  /** Before something that was done. */
  public static final String DONE = "done ";

  /** Before something that somebody should look at. */
  public static final String WARNING = "warning ";

  /** Before the outcome; the last line. */
  public static final String END = "end ";

  private final FileOutputStream out;
  private int lines;

  private JoinAnswers(FileOutputStream out) {
    this.out = out;
  }

  /** Opens the file of a request. */
  public static JoinAnswers to(Path request) throws IOException {
    return new JoinAnswers(new FileOutputStream(request.toFile(), true));
  }

  @Override
  public synchronized void heard(boolean warning, String line) {
    lines++;
    write((warning ? WARNING : DONE) + line);
  }

  /** How many have been given. */
  public synchronized int lines() {
    return lines;
  }

  /** The last one. */
  public synchronized void end(Outcome outcome, String text) {
    write(END + outcome.name().toLowerCase(Locale.ROOT) + " " + text);
    try {
      out.close();
    } catch (IOException e) {
      // As in write.
    }
  }

  private void write(String line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The disk is full, or the end was said already; the log has the line too.
    }
  }
}
