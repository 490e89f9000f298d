package dev.sqlguard.cli;

import java.io.IOException;
import java.nio.file.Path;

/** The command doesn't do what it was asked for; the message is the one line that says why. */
final class Refusal extends IOException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final String why;

  Refusal(int exitCode, Path about, String why) {
    this(exitCode, about.toString(), why);
  }

  /** About a process. */
  Refusal(int exitCode, long process, String why) {
    this(exitCode, "process " + process, why);
  }

  private Refusal(int exitCode, String about, String why) {
    super(about + ": " + why);
    this.exitCode = exitCode;
    this.why = why;
  }

  /** Without what it is about. */
  String why() {
    return why;
  }

  int exitCode() {
    return exitCode;
  }
}
