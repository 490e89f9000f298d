package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Directories in which another account could put a file in the place of one that this process has
 * just looked at.
 */
final class SharedDirectory {
  private static final int ROOT = 0;
  private static final int WRITABLE_BY_OTHERS = 022;
  private static final int STICKY = 01000;

  /** Its owner is the account that this process acts as. */
  private static final Path SELF = Path.of("/proc/self");

  private SharedDirectory() {}

  /**
   * Whether somebody besides this process's account and root may rename files there. Where a
   * directory is sticky it is only its owner who may rename those of others. An access control list
   * shows in the permissions of the group.
   */
  static boolean letsOthersRename(Path file) throws IOException {
    return isOthersToo(file, true);
  }

  /** Whether somebody besides this process's account and root may give names that are free. */
  static boolean letsOthersCreate(Path file) throws IOException {
    return isOthersToo(file, false);
  }

  private static boolean isOthersToo(Path file, boolean stickyProtects) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Optional<FileStat> stat = directory == null ? Optional.empty() : FileStat.of(directory);
    if (stat.isEmpty() || stat.get().mode() < 0) {
      return false;
    }
    int mode = stat.get().mode();
    boolean open = (mode & WRITABLE_BY_OTHERS) != 0 && !(stickyProtects && (mode & STICKY) != 0);
    return open || stat.get().owner() != ROOT && stat.get().owner() != account();
  }

  private static int account() throws IOException {
    Optional<FileStat> self = Platform.HAS_PROC ? FileStat.of(SELF) : Optional.empty();
    return self.isPresent() ? self.get().owner() : ROOT;
  }
}
