package dev.sqlguard.store.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;

/**
 * SIGKILL for this process, from a shell that is ready and waits for the word: starting one at that
 * moment would take longer than what is to be interrupted. {@code Runtime.halt} waits for native
 * code, and so for SQLite.
 */
final class SelfKill {
  private final OutputStream trigger;

  SelfKill() throws IOException {
    long pid = ProcessHandle.current().pid();
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", "read word && kill -9 " + pid);
    trigger = shell.start().getOutputStream();
  }

  void trigger() {
    try {
      trigger.write('\n');
      trigger.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What follows {@link #trigger} doesn't happen. */
  static void await() {
    while (true) {
      LockSupport.park();
    }
  }
}
