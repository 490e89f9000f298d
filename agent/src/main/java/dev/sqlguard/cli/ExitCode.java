package dev.sqlguard.cli;

/** What the process tells its caller. From 64 on they are those of BSD's sysexits.h. */
final class ExitCode {
  /** Done, and nothing is missing. */
  static final int COMPLETE = 0;

  /** Done, but something is missing or damaged. */
  static final int LOSSES = 1;

  /** There is nothing to save or to restore. */
  static final int NOTHING = 2;

  /** Neither healthy nor damaged, as far as can be known. */
  static final int CANNOT_TELL = 2;

  /** EX_USAGE. */
  static final int WRONG_USE = 64;

  /** EX_NOINPUT: a file or a process that was named can't be used. */
  static final int NO_INPUT = 66;

  /** EX_UNAVAILABLE: a JVM doesn't let itself be joined, or this one can't do it. */
  static final int NOT_JOINABLE = 69;

  /** EX_SOFTWARE: a defect of this program. */
  static final int BROKEN = 70;

  /** EX_IOERR. */
  static final int IO_ERROR = 74;

  /** EX_TEMPFAIL: somebody is using the database. */
  static final int IN_USE = 75;

  /** EX_NOPERM: it belongs to another user. */
  static final int NO_PERMISSION = 77;

  /** As shells say it of SIGINT; the JVM's own code wins where it is ending already. */
  static final int STOPPED = 130;

  private ExitCode() {}
}
