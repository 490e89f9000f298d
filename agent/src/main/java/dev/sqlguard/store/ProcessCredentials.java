package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The user and groups of a process (proc(5), /proc/pid/status), readable by everybody. */
record ProcessCredentials(int user, Set<Integer> groups) {
  private static final int OWNER_WRITE = 0200;
  private static final int GROUP_WRITE = 020;
  private static final int OTHERS_WRITE = 02;

  /** Empty where the process is gone, or doesn't let itself be looked at. */
  static Optional<ProcessCredentials> of(Path process) throws IOException {
    int user = -1;
    Set<Integer> groups = new HashSet<>();
    try {
      for (String line : Files.readAllLines(process.resolve("status"))) {
        String[] words = line.split("\\s+");
        if (line.startsWith("Uid:")) {
          user = Integer.parseInt(words[2]);
        } else if (line.startsWith("Gid:") || line.startsWith("Groups:")) {
          for (int i = 1; i < words.length; i++) {
            groups.add(Integer.parseInt(words[i]));
          }
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return user < 0 ? Optional.empty() : Optional.of(new ProcessCredentials(user, groups));
  }

  /**
   * Whether permissions let this process write to a file like {@code model}. Root is left out: it
   * may write everywhere, so that a machine's own daemons would forbid every replacement.
   */
  boolean mayWrite(FileStat model) {
    if (user == 0) {
      return false;
    }
    if (user == model.owner()) {
      return (model.mode() & OWNER_WRITE) != 0;
    }
    if (groups.contains(model.group())) {
      return (model.mode() & GROUP_WRITE) != 0;
    }
    return (model.mode() & OTHERS_WRITE) != 0;
  }
}
