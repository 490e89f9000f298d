package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The POSIX locks that this process holds on one file (proc(5), /proc/locks). */
public final class OwnLocks {
  /** First and last byte. */
  private record Range(long first, long last) {}

  private static final Path LOCKS = Path.of("/proc/locks");

  /** Number, class, mode, kind, process, file, first and last byte. */
  private static final int FIELDS = 8;

  private static final int CLASS = 1;
  private static final int PROCESS = 4;
  private static final int FILE = 5;
  private static final int FIRST = 6;
  private static final int LAST = 7;

  private final List<Range> ranges = new ArrayList<>();

  private OwnLocks() {}

  /** Whether the system tells. */
  static boolean areKnown() {
    return Files.isReadable(LOCKS);
  }

  /** Of no file where the system doesn't tell. */
  public static OwnLocks on(FileId file) throws IOException {
    List<String> lines = areKnown() ? Files.readAllLines(LOCKS) : List.of();
    return of(lines, ProcessHandle.current().pid(), file.inode());
  }

  /** By inode alone: some file systems have other device numbers there than stat(2) says. */
  static OwnLocks of(List<String> lines, long process, long inode) {
    OwnLocks own = new OwnLocks();
    for (String line : lines) {
      String[] fields = line.trim().split("\\s+");
      if (fields.length == FIELDS
          && fields[CLASS].equals("POSIX")
          && fields[PROCESS].equals(Long.toString(process))
          && fields[FILE].endsWith(":" + inode)) {
        boolean open = fields[LAST].equals("EOF");
        long last = open ? Long.MAX_VALUE : Long.parseLong(fields[LAST]);
        own.ranges.add(new Range(Long.parseLong(fields[FIRST]), last));
      }
    }
    return own;
  }

  /** Whether any of them has a byte from {@code first} to {@code last}. */
  public boolean reachInto(long first, long last) {
    for (Range range : ranges) {
      if (range.first() <= last && range.last() >= first) {
        return true;
      }
    }
    return false;
  }

  /** Whether any of them has a byte before {@code first} or after {@code last}. */
  public boolean reachBeyond(long first, long last) {
    for (Range range : ranges) {
      if (range.first() < first || range.last() > last) {
        return true;
      }
    }
    return false;
  }
}
