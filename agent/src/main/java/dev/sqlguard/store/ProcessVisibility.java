package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether {@code /proc} shows the processes of other accounts (proc(5), mount option {@code
 * hidepid}): where it hides them, nobody can say that a file has no users.
 */
final class ProcessVisibility {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String HIDEPID = "hidepid=";
  private static final String CAPABILITIES = "CapEff:";

  /** CAP_SYS_PTRACE of capabilities(7). */
  private static final int MAY_LOOK_INTO_OTHERS = 19;

  private ProcessVisibility() {}

  /** Whether there may be processes that this one doesn't see. */
  static boolean isRestricted() throws IOException {
    return hidesProcesses(Files.readAllLines(MOUNTS))
        && !seesHiddenProcesses(Files.readAllLines(STATUS));
  }

  /**
   * Whether the file system on {@code /proc} hides processes of others, or what is in them.
   *
   * @param mounts the lines of {@code /proc/self/mounts}: device, mount point, type, options
   */
  static boolean hidesProcesses(List<String> mounts) {
    boolean hides = false;
    for (String mount : mounts) {
      String[] words = mount.split(" ");
      // A later mount covers an earlier one.
      if (words.length >= 4 && words[1].equals("/proc")) {
        hides = words[2].equals("proc") && hasHidepid(words[3]);
      }
    }
    return hides;
  }

  private static boolean hasHidepid(String options) {
    for (String option : options.split(",")) {
      if (option.startsWith(HIDEPID)) {
        String value = option.substring(HIDEPID.length());
        return !value.equals("0") && !value.equals("off");
      }
    }
    return false;
  }

  /**
   * Whether a process may look into all others all the same.
   *
   * @param status the lines of its {@code /proc/<pid>/status}
   */
  static boolean seesHiddenProcesses(List<String> status) {
    for (String line : status) {
      if (line.startsWith(CAPABILITIES)) {
        String mask = line.substring(CAPABILITIES.length()).trim();
        return (Long.parseUnsignedLong(mask, 16) >> MAY_LOOK_INTO_OTHERS & 1) != 0;
      }
    }
    return false;
  }
}
