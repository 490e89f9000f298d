package dev.sqlguard.cli;

import dev.sqlguard.guard.JoinRequest.Databases;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A process that may be asked to let the agent in. Asking is not harmless (a JVM is sent SIGQUIT,
 * which ends other programs, and makes a JVM that takes no attachments print all its threads to its
 * standard output), so everything that speaks against it is looked at before.
 */
final class JoinableProcess {
  private static final String NO_ATTACHMENTS = "DisableAttachMechanism";
  private static final String CAUGHT_SIGNALS = "SigCgt:";
  private static final String INNERMOST_PID = "NSpid:";
  private static final int SIGQUIT = 3;

  private final long pid;
  private final Path proc;

  private JoinableProcess(long pid) {
    this.pid = pid;
    this.proc = Path.of("/proc", Long.toString(pid));
  }

  /**
   * @throws Refusal where it must not be asked
   */
  static JoinableProcess of(long pid, Path jar) throws IOException {
    JoinableProcess process = new JoinableProcess(pid);
    if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
      throw new Refusal(ExitCode.NO_INPUT, pid, "doesn't exist");
    }
    if (Platform.HAS_PROC) {
      process.requireSameUser();
      process.requireJvm();
      process.requireAttachments();
      process.requireSightOf(jar);
    }
    return process;
  }

  /** What it has open, as far as this platform shows it. */
  Databases openDatabases() throws IOException {
    return Platform.HAS_PROC
        ? new OpenDatabases(proc.resolve("fd")).find()
        : new Databases(false, Map.of());
  }

  /** Root may ask everybody. */
  private void requireSameUser() throws IOException {
    int owner = (Integer) Files.getAttribute(proc, "unix:uid");
    int own = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (own != 0 && own != owner) {
      String what = "belongs to another user (uid " + owner + "); run the command as that user";
      throw new Refusal(ExitCode.NO_PERMISSION, pid, what);
    }
  }

  private void requireJvm() throws IOException {
    if (!read("maps").contains("/libjvm.so")) {
      throw new Refusal(ExitCode.NO_INPUT, pid, "is no JVM");
    }
  }

  private void requireAttachments() throws IOException {
    for (String place : new String[] {"cmdline", "environ"}) {
      String text = read(place);
      if (text.lastIndexOf("-XX:+" + NO_ATTACHMENTS) > text.lastIndexOf("-XX:-" + NO_ATTACHMENTS)) {
        throw new Refusal(ExitCode.NOT_JOINABLE, pid, "was started with -XX:+" + NO_ATTACHMENTS);
      }
    }
    String status = read("status");
    long caught = Long.parseUnsignedLong(valueOf(CAUGHT_SIGNALS, status), 16);
    String inner = valueOf(INNERMOST_PID, status);
    Path socket = proc.resolve("root/tmp/.java_pid" + inner.substring(inner.lastIndexOf('\t') + 1));
    if ((caught >> SIGQUIT - 1 & 1) == 0 && !Files.exists(socket)) {
      throw new Refusal(
          ExitCode.NOT_JOINABLE, pid, "isn't ready for attachments: it is only just starting");
    }
  }

  /** Containers have file systems of their own. */
  private void requireSightOf(Path jar) throws Refusal {
    boolean seen;
    try {
      seen = FileStat.of(proc.resolve("root").resolve(Path.of("/").relativize(jar))).isPresent();
    } catch (IOException e) {
      // Nobody may look: the JVM will find out.
      seen = true;
    }
    if (!seen) {
      String what = "has another file system (of a container?), in which there is no " + jar;
      throw new Refusal(ExitCode.NOT_JOINABLE, pid, what);
    }
  }

  private String read(String file) throws IOException {
    return new String(Files.readAllBytes(proc.resolve(file)), StandardCharsets.ISO_8859_1);
  }

  private static String valueOf(String key, String status) {
    for (String line : status.split("\n")) {
      if (line.startsWith(key)) {
        return line.substring(key.length()).trim();
      }
    }
    return "0";
  }
}
