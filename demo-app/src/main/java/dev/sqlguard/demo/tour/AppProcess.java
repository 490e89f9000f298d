package dev.sqlguard.demo.tour;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A running app in a JVM of its own; closing it kills what has not been stopped yet. */
final class AppProcess implements AutoCloseable {

  private static final String READY = "listening on ";
  private static final int PATIENCE_SECONDS = 30;

  private final Process process;
  private final Narrator narrator;
  private final CompletableFuture<URI> address = new CompletableFuture<>();
  private final List<Thread> readers;

  private AppProcess(Process process, Narrator narrator) {
    this.process = process;
    this.narrator = narrator;
    this.readers =
        List.of(
            reader(process.getErrorStream(), line -> narrator.quote("err", line)),
            reader(process.getInputStream(), this::readOutput));
  }

  /** Runs the command and waits for the line that tells the address. */
  static AppProcess start(List<String> command, Narrator narrator)
      throws IOException, InterruptedException {
    narrator.command(command);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(AppProcess::changesTheCommand);
    AppProcess app = new AppProcess(builder.start(), narrator);
    try {
      app.awaitReady();
    } catch (IOException | InterruptedException e) {
      app.close();
      throw e;
    }
    return app;
  }

  NotebookClient client() {
    return new NotebookClient(address.join());
  }

  /** Sends SIGTERM and waits for the end; returns the exit code. */
  int terminate() throws IOException, InterruptedException {
    narrator.command(List.of("kill", "-TERM", Long.toString(process.pid())));
    process.destroy();
    return awaitEnd();
  }

  /** Sends SIGKILL and waits for the end. */
  void kill() throws IOException, InterruptedException {
    narrator.command(List.of("kill", "-KILL", Long.toString(process.pid())));
    process.destroyForcibly();
    awaitEnd();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void awaitReady() throws IOException, InterruptedException {
    process.onExit().thenAccept(ended -> address.cancel(false));
    try {
      address.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IOException("the app was not ready in " + PATIENCE_SECONDS + " s", e);
    } catch (CancellationException e) {
      throw new IOException("the app ended with exit code " + awaitEnd() + " at its start", e);
    }
  }

  private int awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("the app did not end in " + PATIENCE_SECONDS + " s");
    }
    for (Thread reader : readers) {
      reader.join();
    }
    return process.exitValue();
  }

  private void readOutput(String line) {
    narrator.quote("out", line);
    if (line.startsWith(READY)) {
      address.complete(URI.create(line.substring(READY.length())));
    }
  }

  /** The environment must neither add an agent nor change its settings. */
  private static boolean changesTheCommand(String variable) {
    return variable.startsWith("SQLGUARD_")
        || variable.equals("JAVA_TOOL_OPTIONS")
        || variable.equals("JDK_JAVA_OPTIONS");
  }

  private static Thread reader(InputStream stream, Consumer<String> consumer) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(new InputStreamReader(stream, Charset.defaultCharset()))) {
                lines.lines().forEach(consumer);
              } catch (IOException | UncheckedIOException e) {
                consumer.accept("(unreadable: " + e.getMessage() + ")");
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
