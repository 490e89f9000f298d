package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that takes every write and then can't keep it, which the kernel says at an fsync, once to
 * each who had the file open by then: a file system on a device that lies in a full memory.
 */
class FailedWriteBackIT {
  /** Together more than the file from which on a copy is written out while it is checked. */
  private static final int ROWS = 12_000;

  private static final long DISK = 100L << 20;

  /** What the file system writes about itself still finds room. */
  private static final long LEFT = 3 << 19;

  @TempDir Path temporary;
  @AutoClose private final Mounts mounts = new Mounts();

  private Path memory;
  private Path image;
  private Path disk;
  private Path db;

  @BeforeEach
  void mount() throws Exception {
    memory = Files.createDirectory(temporary.toRealPath().resolve("memory"));
    disk = Files.createDirectory(temporary.toRealPath().resolve("disk"));
    image = memory.resolve("image");
    mounts.memory(memory, "80m");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(DISK);
    }
    assumeTrue(canFormat(), "needs mkfs.ext4");
    mountDisk();
    db = disk.resolve("app.db");
  }

  private boolean canFormat() throws Exception {
    try {
      String[] words = {"mkfs.ext4", "-q", "-O", "^has_journal", "-E", "lazy_itable_init=0"};
      return Mounts.run(List.of(words), image) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void mountDisk() throws Exception {
    mounts.mount(disk, "-o", "loop,errors=continue", image.toString());
  }

  private List<String> start() throws Exception {
    try (var app = GuardedJvm.jvm().options("backup-spacing=0s").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(Integer.toString(ROWS), app.say("sql", "a", "SELECT count(*) FROM t"));
      app.ok("close", "a");
      return app.end("return").guardLines();
    }
  }

  @Test
  void aCopyThatDoesNotReachTheDiskTakesNoBackupsPlace() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + ROWS
            + ") INSERT INTO t(x) SELECT hex(randomblob(500)) FROM n");
    start();
    Databases.execute(db, "UPDATE t SET x = 'for the second' WHERE id = 1");
    // Now the state file has all the room that it needs.
    start();
    Databases.execute(db, "UPDATE t SET x = 'changed' WHERE id = 1");
    assertEquals(0, Mounts.run(List.of("sync", "-f"), disk));
    Path filler = memory.resolve("filler");
    Files.write(filler, new byte[(int) (memory.toFile().getUsableSpace() - LEFT)]);
    List<String> said = start();
    Files.delete(filler);
    // What the memory of the kernel has of it says nothing.
    mounts.unmount(disk);
    mountDisk();
    Path backup = Databases.beside(db, ".bak");
    assertTrue(Databases.isIntact(backup), said::toString);
    assertEquals(ROWS, Databases.rows(backup));
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertEquals(1, said.size(), said::toString);
    assertTrue(said.get(0).contains(db + ": "), said::toString);
    for (String name : Databases.filesOf(db)) {
      assertTrue(!name.contains(".sqlguard-") && !name.contains(".bak.2"), name);
    }
    start();
    assertTrue(Databases.isIntact(backup));
    assertEquals(List.of("changed"), Databases.query(backup, "SELECT x FROM t WHERE id = 1"));
  }
}
