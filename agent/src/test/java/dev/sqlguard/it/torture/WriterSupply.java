package dev.sqlguard.it.torture;

import dev.sqlguard.it.GuardedJvm;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Guarded JVMs that run a {@link NumberedWriter} and have loaded their driver: while one is used
 * the next one gets ready.
 */
final class WriterSupply implements AutoCloseable {
  private static final int OLD_SECONDS = 120;

  private final ExecutorService background = Executors.newSingleThreadExecutor();
  private final Path temporary;
  private volatile String options = "exit-timeout=1s";
  private Future<GuardedJvm.Running> spare;

  /**
   * @param temporary for what drivers leave behind when their JVM is killed
   */
  WriterSupply(Path temporary) {
    this.temporary = temporary;
    spare = background.submit(this::start);
  }

  /** From now on the guard has these options. */
  void use(String others) throws IOException {
    if (!others.equals(options)) {
      options = others;
      next().close();
    }
  }

  GuardedJvm.Running next() throws IOException {
    try {
      GuardedJvm.Running ready = spare.get();
      spare = background.submit(this::start);
      return ready;
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException(e);
    }
  }

  /** An empty file that is none of a database. */
  Path newFile() throws IOException {
    return Files.createTempFile(temporary, "said-", "");
  }

  /** Deletes what JVMs that were killed have left, as far as none that lives can need it. */
  void tidyUp() throws IOException {
    Instant old = Instant.now().minusSeconds(OLD_SECONDS);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)
            && Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private GuardedJvm.Running start() throws IOException {
    GuardedJvm.Running app =
        GuardedJvm.jvm()
            .jvmArguments(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-Djava.io.tmpdir=" + temporary)
            .options(options)
            .program(NumberedWriter.class.getName())
            .start();
    app.ok("warm");
    return app;
  }

  @Override
  public void close() throws IOException {
    background.shutdown();
    try {
      spare.get().close();
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException(e);
    }
  }
}
