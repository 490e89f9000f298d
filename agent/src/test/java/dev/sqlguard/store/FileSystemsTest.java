package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileSystemsTest {
  @ParameterizedTest
  @CsvSource({
    "nfs, true",
    "nfs4, true",
    "cifs, true",
    "smb3, true",
    "9p, true",
    "ceph, true",
    "glusterfs, true",
    "fuse, true",
    "fuse.sshfs, true",
    "fuseblk, false",
    "ext4, false",
    "xfs, false",
    "btrfs, false",
    "zfs, false",
    "tmpfs, false",
    "overlay, false"
  })
  void namesTellWhatLiesElsewhere(String type, boolean network) {
    assertEquals(network, FileSystems.isNetwork(type));
  }

  @Test
  void everyFileLiesOnSome(@TempDir Path directory) throws Exception {
    assertFalse(FileSystems.type(directory).isEmpty());
  }
}
