package dev.sqlguard.agent;

import dev.sqlguard.store.GuardThread;
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

  /**
   * Makes it, and whatever is missing above it, on a thread that is left behind where the disk
   * doesn't answer.
   *
   * @return whether it has answered by then, be it with an error
   */
  boolean isMadeWithin(Duration limit) {
    Thread maker = new GuardThread("sqlguard-start", this);
    maker.start();
    Uninterrupted.join(maker, System.nanoTime() + limit.toNanos());
    return !maker.isAlive();
  }

  @Override
  public void run() {
    try {
      Files.createDirectories(path).toRealPath();
    } catch (IOException | RuntimeException e) {
      // Whoever asks again gets the same.
    }
  }
}
