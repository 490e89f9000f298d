package dev.sqlguard.cli;

import java.io.IOException;
import java.nio.file.Path;

/** The command doesn't do what it was asked for; the message is the one line that says why. */
final class Refusal extends IOException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  Refusal(int exitCode, Path about, String why) {
    super(about + ": " + why);
    this.exitCode = exitCode;
  }

  /** About a process. */
  Refusal(int exitCode, long process, String why) {
    super("process " + process + ": " + why);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
