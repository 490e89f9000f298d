package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether a file system keeps the promises that replacing a database needs. */
public final class FileSystems {
  private static final List<String> REMOTE =
      List.of("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "lustre", "fuse", "vboxsf");

  private FileSystems() {}

  /**
   * Why a file here must not be replaced: on network and FUSE file systems other machines' users of
   * the file can't be seen, and locks may not work.
   */
  public static Optional<String> whyUnsafe(Path file) throws IOException {
    String type = Files.getFileStore(file).type();
    for (String remote : REMOTE) {
      if (type.startsWith(remote)) {
        return Optional.of("it lies on a " + type + " file system");
      }
    }
    return Optional.empty();
  }
}
