package dev.sqlguard.store;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A small program of the system's that is run, and waited for. */
final class ChildProcess {
  private static final long PATIENCE_SECONDS = 10;

  private ChildProcess() {}

  /**
   * What it wrote, which must be less than a pipe takes; empty where it can't be run, fails, or
   * takes too long. An interrupt is kept for later.
   */
  static Optional<String> output(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    // POSIXLY_CORRECT would make cp write through a dangling symbolic link.
    builder.environment().clear();
    builder.redirectInput(new File("/dev/null"));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      // A container may forbid it, or lack the memory.
      return Optional.empty();
    }
    try {
      return waitFor(process) && process.exitValue() == 0
          ? Optional.of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          : Optional.empty();
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean waitFor(Process process) {
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    try {
      while (true) {
        try {
          return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
