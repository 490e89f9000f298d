package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.OptionalLong;

/** When the machine was started, as {@code btime} in {@code /proc/stat} says (proc(5)). */
public final class BootTime {
  private static final Path STAT = Path.of("/proc/stat");
  private static final String BTIME = "btime ";

  /** It is computed from two clocks and rounded. */
  private static final long UNCERTAIN_SECONDS = 2;

  private BootTime() {}

  /** Whether {@code time} lies between the start of the machine and now. False if not known. */
  public static boolean isBefore(FileTime time) {
    try {
      OptionalLong boot = Platform.HAS_PROC ? in(Files.readAllLines(STAT)) : OptionalLong.empty();
      return boot.isPresent()
          && time.toMillis() > (boot.getAsLong() + UNCERTAIN_SECONDS) * 1000
          && time.toMillis() <= System.currentTimeMillis();
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }

  /** In seconds since 1970. */
  static OptionalLong in(List<String> stat) {
    for (String line : stat) {
      if (line.startsWith(BTIME)) {
        return OptionalLong.of(Long.parseLong(line.substring(BTIME.length()).strip()));
      }
    }
    return OptionalLong.empty();
  }
}
