package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no test can mount: a network file system. */
class AdvisoriesTest {
  private static final Path DATABASE = Path.of("/data/app.db");

  @TempDir Path directory;

  private List<String> lines(String... types) throws Exception {
    Path file = directory.resolve("log");
    Files.deleteIfExists(file);
    Advisories advisories = new Advisories(true, new Log(Log.Level.WARN, Optional.of(file)));
    for (String type : types) {
      advisories.adviseOnFileSystem(DATABASE, type);
    }
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  @Test
  void aNetworkFileSystemIsNamedOnce() throws Exception {
    List<String> lines = lines("nfs4", "nfs4", "fuse.sshfs");
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.get(0).contains("sqlguard: /data/app.db: lies on a nfs4 file system"));
  }

  @Test
  void aDiskOfTheMachineIsNot() throws Exception {
    assertEquals(List.of(), lines("ext4", "xfs", "overlay", "tmpfs", "fuseblk"));
  }

  @Test
  void aFileIsLookedAtOnlySoOften() {
    GuardedFile file = new GuardedFile(DATABASE, Optional.empty());
    file.watch(true);
    int looks = 0;
    while (file.isWatched()) {
      assertTrue(file.mayLook());
      looks++;
    }
    assertEquals(16, looks);
    file.watch(true);
    assertFalse(file.mayLook());
    assertFalse(file.isWatched());
  }
}
