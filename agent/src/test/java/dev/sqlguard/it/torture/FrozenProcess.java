package dev.sqlguard.it.torture;

import dev.sqlguard.it.KernelView;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that SIGSTOP holds wherever it is, until SIGKILL ends it there: so it can be asked what
 * it is at work on in the very moment in which it dies. The kernel answers, not the process: which
 * locks it holds, and how its threads are called. To the files this is no other death than that by
 * SIGKILL alone, which too lets a system call that can't be interrupted come to its end.
 */
final class FrozenProcess {
  private static final long POLL_NANOS = 200_000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Starting a program for each signal would take longer than much of what is to be hit. */
  private static OutputStream shell;

  private final long pid;
  private final boolean held;

  private FrozenProcess(long pid, boolean held) {
    this.pid = pid;
    this.held = held;
  }

  /** Sends SIGSTOP, and waits until the last thread stands still, or the process is gone. */
  static FrozenProcess freeze(long pid) throws IOException {
    signal("STOP", pid);
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    for (char state; (state = stateOf(pid)) != 'T'; LockSupport.parkNanos(POLL_NANOS)) {
      if (state == 'Z') {
        return new FrozenProcess(pid, false);
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(pid + " can't be stopped");
      }
    }
    return new FrozenProcess(pid, true);
  }

  /** False where it had ended by itself before. */
  boolean isHeld() {
    return held;
  }

  /** Whether it has any POSIX lock on the file. */
  boolean locks(Path file) throws IOException {
    return held && Files.exists(file) && !KernelView.locks(pid, file).isEmpty();
  }

  /** Whether it has one for writing on this byte. */
  boolean locks(Path file, long position) throws IOException {
    return held && locks(pid, file, position);
  }

  /** The same of a process that isn't held. */
  static boolean locks(long pid, Path file, long position) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    for (String lock : KernelView.locks(pid, file)) {
      String[] words = lock.split(" ");
      if (words[0].equals("WRITE")
          && Long.parseLong(words[1]) <= position
          && (words[2].equals("EOF") || position <= Long.parseLong(words[2]))) {
        return true;
      }
    }
    return false;
  }

  /** Linux cuts names after 15 bytes. */
  boolean hasThread(String name) {
    return held && hasThread(pid, name);
  }

  static boolean hasThread(long pid, String name) {
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks) {
        if (read(task.resolve("comm")).trim().equals(name)) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      return false;
    }
  }

  static void signal(String name, long pid) throws IOException {
    synchronized (FrozenProcess.class) {
      if (shell == null) {
        shell = new ProcessBuilder("sh").start().getOutputStream();
      }
      shell.write(("kill -" + name + " " + pid + "\n").getBytes(StandardCharsets.US_ASCII));
      shell.flush();
    }
  }

  /** T where all threads are stopped, Z where nothing runs any more, R otherwise. */
  private static char stateOf(long pid) {
    int stopped = 0;
    int running = 0;
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks) {
        String stat = read(task.resolve("stat"));
        char state = stat.isEmpty() ? 'Z' : stat.charAt(stat.lastIndexOf(')') + 2);
        stopped += state == 'T' ? 1 : 0;
        running += state == 'T' || state == 'Z' || state == 'X' ? 0 : 1;
      }
    } catch (IOException | DirectoryIteratorException | UncheckedIOException e) {
      return 'Z';
    }
    return running > 0 ? 'R' : stopped > 0 ? 'T' : 'Z';
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
