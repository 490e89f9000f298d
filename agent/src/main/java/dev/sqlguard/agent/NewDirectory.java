package dev.sqlguard.agent;

import dev.sqlguard.store.Uninterrupted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A directory that is made where it is missing, on a disk that may not answer. */
final class NewDirectory implements Runnable {
  private final Path path;

  NewDirectory(Path path) {
    this.path = path;
  }

  /** Makes it, and whatever is missing above it. */
  Path realPath() throws IOException {
    return Files.createDirectories(path).toRealPath();
  }

  /** Whether the disk has an answer by then, be it an error; otherwise a thread stays behind. */
  boolean isMadeWithin(Duration limit) {
    Thread maker = new Thread(null, this, "sqlguard-start", 0, false);
    maker.setDaemon(true);
    maker.setContextClassLoader(null);
    maker.start();
    Uninterrupted.join(maker, System.nanoTime() + limit.toNanos());
    return !maker.isAlive();
  }

  @Override
  public void run() {
    try {
      realPath();
    } catch (IOException | RuntimeException e) {
      // Whoever asks for the path gets the same.
    }
  }
}
