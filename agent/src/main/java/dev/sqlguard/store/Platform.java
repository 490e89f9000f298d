package dev.sqlguard.store;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this operating system can tell about files. */
public final class Platform {
  /** Device, inode, link count, owner and mode are known. */
  public static final boolean HAS_UNIX_ATTRIBUTES =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

  /**
   * The users of a file can be found out, so that replacing it is safe. Elsewhere the guard backs
   * up and reports, and replaces nothing.
   */
  public static final boolean HAS_PROC =
      HAS_UNIX_ATTRIBUTES && Files.isDirectory(Path.of("/proc/thread-self/fd"));

  private Platform() {}
}
