package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Databases where containers put them: a single file mounted, or a layer of an image. */
class MountsIT {
  private static final int ROWS = 400;

  @TempDir Path directory;
  @AutoClose private final Mounts mounts = new Mounts();

  private static GuardedJvm.Ended start(Path db) throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("close", "a");
      return app.end("return");
    }
  }

  /** It can be written, but nothing can be renamed over it. */
  @Test
  void fileThatIsAMountPointIsBackedUpAndNeverReplaced() throws Exception {
    Path outside = directory.resolve("outside.db");
    Databases.create(outside, ROWS);
    Path db = Files.createFile(Files.createDirectory(directory.resolve("data")).resolve("app.db"));
    mounts.mount(db, "--bind", outside.toString());
    start(db);
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));

    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "UPDATE t SET x = 'in the log' WHERE id = 1");
      app.kill();
    }
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    byte[] log = Files.readAllBytes(Databases.beside(db, "-wal"));
    List<String> names = Databases.filesOf(db);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertArrayEquals(damaged, Files.readAllBytes(db));
      assertArrayEquals(log, Files.readAllBytes(Databases.beside(db, "-wal")));
      List<String> left = new ArrayList<>(Databases.filesOf(db));
      left.remove("app.db-shm");
      List<String> before = new ArrayList<>(names);
      before.remove("app.db-shm");
      assertEquals(before, left);
      var ended = app.kill();
      assertEquals(1, ended.guardLines().size(), ended.errors()::toString);
      assertTrue(ended.guardLines().get(0).contains("DAMAGED"), ended.errors()::toString);
    }
  }

  @Test
  void applicationIsRefusedWhereTheRestoreFailsAndThatIsWanted() throws Exception {
    Path outside = directory.resolve("outside.db");
    Databases.create(outside, ROWS);
    Path db = Files.createFile(Files.createDirectory(directory.resolve("data")).resolve("app.db"));
    mounts.mount(db, "--bind", outside.toString());
    start(db);
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      String answer = app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertTrue(answer.startsWith("error java.sql.SQLException: "), answer);
      app.end("return");
    }
    assertArrayEquals(damaged, Files.readAllBytes(db));
  }

  @Test
  void applicationIsRefusedWhereThereIsNoRoomToRestoreAndThatIsWanted() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    mounts.memory(disk, "4m");
    Path db = disk.resolve("app.db");
    Databases.create(db, ROWS);
    String backupDir = "backup-dir=" + directory.resolve("backups");
    try (var app = GuardedJvm.jvm().options(backupDir).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("close", "a");
      app.end("return");
    }
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    Files.write(disk.resolve("filler"), new byte[(int) disk.toFile().getUsableSpace()]);
    try (var app = GuardedJvm.jvm().options(backupDir + ",on-unrecoverable=refuse").start()) {
      String answer = app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertTrue(answer.startsWith("error java.sql.SQLException: "), answer);
      assertTrue(app.end("return").guardLines().get(0).contains("DAMAGED"));
    }
    assertArrayEquals(damaged, Files.readAllBytes(db));
  }

  /** The first write moves the file up, into another layer. */
  @Test
  void fileOfALowerLayerIsBackedUpAndRestored() throws Exception {
    Path lower = Files.createDirectory(directory.resolve("lower"));
    Path upper = Files.createDirectory(directory.resolve("upper"));
    Path work = Files.createDirectory(directory.resolve("work"));
    Path merged = Files.createDirectory(directory.resolve("merged"));
    Databases.create(lower.resolve("app.db"), ROWS);
    byte[] original = Files.readAllBytes(lower.resolve("app.db"));
    mounts.mount(
        merged,
        "-t",
        "overlay",
        "overlay",
        "-o",
        "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work);
    Path db = merged.resolve("app.db");
    start(db);
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
    assertArrayEquals(original, Files.readAllBytes(db));
    Databases.damage(db, "t", 1);
    start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertFalse(Databases.isIntact(Databases.beside(db, ".corrupt")));
  }

  /** Damaged before anybody wrote to it in this container. */
  @Test
  void damagedFileOfALowerLayerIsRestored() throws Exception {
    Path lower = Files.createDirectory(directory.resolve("lower"));
    Path upper = Files.createDirectory(directory.resolve("upper"));
    Path work = Files.createDirectory(directory.resolve("work"));
    Path merged = Files.createDirectory(directory.resolve("merged"));
    Path below = lower.resolve("app.db");
    Databases.create(below, ROWS);
    start(below);
    Databases.damage(below, "t", 1);
    byte[] damaged = Files.readAllBytes(below);
    mounts.mount(
        merged,
        "-t",
        "overlay",
        "overlay",
        "-o",
        "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work);
    Path db = merged.resolve("app.db");
    start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertArrayEquals(damaged, Files.readAllBytes(below));
  }

  @Test
  void readOnlyFileSystemIsLeftAlone() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Databases.create(data.resolve("app.db"), ROWS);
    mounts.mount(data, "--bind", data.toString());
    assumeTrue(
        Mounts.run(List.of("mount", "-o", "remount,bind,ro", data.toString())) == 0,
        "needs the right to mount");
    Path db = data.resolve("app.db");
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("400", app.say("sql", "a", "SELECT count(*) FROM t"));
      assertEquals(1, app.end("return").guardLines().size());
    }
    assertEquals(List.of("app.db"), Databases.filesOf(db));
    assertFalse(Files.exists(Databases.beside(db, ".sqlguard")));
  }
}
