package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full: one line, nothing lost, the application starts. */
class NoSpaceIT {
  @TempDir Path temporary;
  @AutoClose private final Mounts mounts = new Mounts();

  private Path disk;
  private Path db;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(temporary.toRealPath().resolve("disk"));
    mounts.memory(disk, "4m");
    db = disk.resolve("app.db");
    Databases.create(db, 500);
  }

  private GuardedJvm.Ended start() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("500", app.say("sql", "a", "SELECT count(*) FROM t"));
      app.ok("close", "a");
      return app.end("return");
    }
  }

  private void fillUpTo(long free) throws Exception {
    long filler = disk.toFile().getUsableSpace() - free;
    Files.write(disk.resolve("filler"), new byte[(int) filler]);
  }

  @Test
  void theOldBackupStaysWhereThereIsNoRoomForANewOne() throws Exception {
    start();
    Databases.execute(db, "UPDATE t SET x = 'changed' WHERE id = 1");
    byte[] backup = Files.readAllBytes(Databases.beside(db, ".bak"));
    fillUpTo(60_000);
    var ended = start();
    assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    assertTrue(ended.guardLines().get(0).contains(db.toString()));
    assertArrayEquals(backup, Files.readAllBytes(Databases.beside(db, ".bak")));
    assertFalse(Files.exists(Databases.beside(db, ".bak.1")));
    assertNothingStaged();
  }

  @Test
  void aFullDiskLeavesADamagedDatabaseAsItIs() throws Exception {
    start();
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    byte[] backup = Files.readAllBytes(Databases.beside(db, ".bak"));
    fillUpTo(0);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertArrayEquals(backup, Files.readAllBytes(Databases.beside(db, ".bak")));
    assertNothingStaged();
    Files.delete(disk.resolve("filler"));
    start();
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
  }

  @Test
  void aLogThatDoesNotFitIntoItsDatabaseAtExitStaysWhole() throws Exception {
    try (var app = GuardedJvm.jvm().options("check=off").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.say("sql", "a", "PRAGMA wal_autocheckpoint=0");
      app.ok("sql", "a", "INSERT INTO t(x) SELECT hex(randomblob(1000)) FROM t");
      fillUpTo(0);
      var ended = app.end("exit", "3");
      assertEquals(3, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      assertTrue(ended.guardLines().get(0).contains(db.toString()));
    }
    assertEquals(1000, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
  }

  private void assertNothingStaged() throws Exception {
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), name);
    }
  }
}
