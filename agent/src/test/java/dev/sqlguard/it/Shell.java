package dev.sqlguard.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The {@code sqlite3} command at work on a database: a process without any guard. */
public final class Shell implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/sqlite3");

  private final Process process;
  private final BufferedWriter input;
  private final BufferedReader output;

  /**
   * @param busyMillis how long it waits for a lock
   */
  public Shell(Path db, int busyMillis) throws IOException {
    process =
        new ProcessBuilder(PROGRAM.toString(), "-cmd", ".timeout " + busyMillis, db.toString())
            .redirectErrorStream(true)
            .start();
    input =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Skips a test that can't do without. */
  public static void assumePresent() {
    assumeTrue(Files.isExecutable(PROGRAM), "needs the sqlite3 command");
  }

  public long pid() {
    return process.pid();
  }

  /** Sends statements, without waiting for what they answer. */
  public void tell(String statements) throws IOException {
    input.write(statements + ";\nSELECT 'END-OF-ANSWER';\n");
    input.flush();
  }

  /** What the statements of the last {@link #tell} answered; errors are part of it. */
  public String answer() throws IOException {
    StringBuilder answer = new StringBuilder();
    for (String line; (line = output.readLine()) != null; ) {
      if (line.equals("END-OF-ANSWER")) {
        return answer.toString();
      }
      answer.append(answer.length() == 0 ? "" : "\n").append(line);
    }
    throw new IOException("the shell ended: " + answer);
  }

  public String say(String statements) throws IOException {
    tell(statements);
    return answer();
  }

  /** Whether an error was only that somebody else had the database locked. */
  public static boolean isBusy(String answer) {
    return answer.contains("database is locked");
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
