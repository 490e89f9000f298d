package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether a file system keeps the promises that replacing a database needs. */
public final class FileSystems {
  private static final String FUSE = "fuse";

  /** FUSE over a disk of this machine, such as ntfs-3g: its locks are the kernel's own. */
  private static final String LOCAL_FUSE = "fuseblk";

  private static final List<String> REMOTE =
      List.of("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "lustre", FUSE, "vboxsf");

  private FileSystems() {}

  /**
   * Why a file here must not be replaced: on network and FUSE file systems other machines' users of
   * the file can't be seen, and locks may not work.
   */
  public static Optional<String> whyUnsafe(Path file) throws IOException {
    String type = type(file);
    return isRemoteOrFuse(type)
        ? Optional.of("it lies on a " + type + " file system")
        : Optional.empty();
  }

  /**
   * The kind of file system that {@code file} lies on, as the kernel names it, such as {@code ext4}
   * or {@code fuse.sshfs}. Opens nothing but the list of mounts.
   */
  public static String type(Path file) throws IOException {
    return Files.getFileStore(file).type();
  }

  /**
   * Whether files on this {@link #type} lie elsewhere than on a disk of this machine, as far as the
   * name tells: what FUSE does can't be known, and is mostly that.
   */
  public static boolean isNetwork(String type) {
    return isRemoteOrFuse(type) && !type.equals(LOCAL_FUSE);
  }

  private static boolean isRemoteOrFuse(String type) {
    for (String remote : REMOTE) {
      if (type.startsWith(remote)) {
        return true;
      }
    }
    return false;
  }
}
