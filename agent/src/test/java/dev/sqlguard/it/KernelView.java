package dev.sqlguard.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Linux says about a process and a file. */
public final class KernelView {
  private static final int FLAGS_AFTER_NAME = 6;
  private static final long PF_EXITING = 4;

  private KernelView() {}

  /**
   * The POSIX locks that a process holds on a file, such as {@code WRITE 1073741825 1073741825}.
   */
  public static List<String> locks(long pid, Path file) throws IOException {
    Path locks = Path.of("/proc/locks");
    assumeTrue(Files.isReadable(locks), "needs /proc/locks");
    String inode = Files.getAttribute(file, "unix:ino").toString();
    return Files.readAllLines(locks).stream()
        .map(line -> line.trim().split("\\s+"))
        .filter(words -> words.length == 8 && words[1].equals("POSIX"))
        .filter(words -> words[4].equals(Long.toString(pid)))
        .filter(words -> words[5].endsWith(":" + inode))
        .map(words -> words[3] + " " + words[6] + " " + words[7])
        .sorted()
        .toList();
  }

  /** How many descriptors of a process lead to a file. */
  public static int descriptors(long pid, Path file) throws IOException {
    Path directory = Path.of("/proc/" + pid + "/fd");
    assumeTrue(Files.isReadable(directory), "needs /proc/PID/fd");
    int found = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path descriptor : all) {
        if (Files.exists(descriptor) && Files.isSameFile(descriptor, file)) {
          found++;
        }
      }
    }
    return found;
  }

  /**
   * Whether the kernel is taking a process apart, or has done so: from then on its locks go
   * (sched.h, PF_EXITING; proc(5), the field {@code flags} of {@code stat}).
   */
  public static boolean isExiting(long pid) throws IOException {
    Path stat = Path.of("/proc/" + pid + "/stat");
    if (!Files.exists(stat)) {
      return true;
    }
    try {
      String text = Files.readString(stat);
      String[] afterName = text.substring(text.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(afterName[FLAGS_AFTER_NAME]) & PF_EXITING) != 0;
    } catch (IOException e) {
      return true;
    }
  }
}
