package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An account that may write hardly anywhere, as in a hardened container. */
class UnwritablePlacesIT {
  private static final String NOBODY = Nobody.ID;
  private static Nobody nobody;
  private static Path readable;

  @BeforeAll
  static void begin() throws Exception {
    nobody = new Nobody();
    readable = nobody.readable();
  }

  @AfterAll
  static void end() throws Exception {
    if (nobody != null) {
      nobody.close();
    }
  }

  private static Path folder(String name, String mode) throws Exception {
    Path folder = Files.createDirectory(readable.resolve(name));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
    return folder;
  }

  private static List<String> names(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void readOnlyHomeAndWorkingDirectoryDontMatter() throws Exception {
    Path folder = folder("own", "rwxr-xr-x");
    Path db = folder.resolve("app.db");
    Databases.create(db, 20);
    Nobody.giveTo(NOBODY, folder);
    Nobody.giveTo(NOBODY, db);
    try (var app = nobody.guarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      assertEquals(0, app.end("return").exitCode());
    }
    assertEquals(List.of("app.db", "app.db.bak", "app.db.sqlguard"), names(folder));
    assertEquals(20, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(NOBODY, Files.getAttribute(Databases.beside(db, ".bak"), "unix:uid").toString());
  }

  @Test
  void aReadOnlyDirectoryIsLeftAsItIsAndSaidOnce() throws Exception {
    Path folder = folder("locked", "r-xr-xr-x");
    Path db = folder.resolve("app.db");
    Databases.create(db, 20);
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("rw-rw-rw-"));
    try (var app = nobody.guarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("20", app.say("sql", "a", "SELECT count(*) FROM t"));
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      assertTrue(ended.guardLines().get(0).contains(db.toString()));
    }
    assertEquals(List.of("app.db"), names(folder));
  }

  @Test
  void aReadOnlyFileIsCheckedAndNeitherRepairedNorBackedUp() throws Exception {
    Path folder = folder("foreign", "rwxrwxrwx");
    Path db = folder.resolve("app.db");
    Databases.create(db, 2000);
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("r--r--r--"));
    try (var app = nobody.guarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      assertTrue(ended.guardLines().get(0).contains("DAMAGED"), ended.errors().toString());
      String why = "because its file can't be written";
      assertTrue(ended.guardLines().get(0).endsWith(why), ended.errors().toString());
    }
    assertEquals(List.of("app.db"), names(folder));
    assertArrayEquals(damaged, Files.readAllBytes(db));
  }

  /** Root may write to any directory, and not to this file. */
  @Test
  void anImmutableFileIsNotCalledAnUnwritableDirectory() throws Exception {
    Path folder = Files.createTempDirectory("sqlguard-immutable-").toRealPath();
    Path db = folder.resolve("app.db");
    Databases.create(db, 20);
    try {
      assumeTrue(Mounts.run(List.of("chattr", "+i", db.toString())) == 0, "needs chattr");
      try (var app = GuardedJvm.jvm().start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        var ended = app.end("return");
        assertEquals(1, ended.guardLines().size(), ended.errors().toString());
        String why = "healthy, but not backed up: its file can't be written";
        assertTrue(ended.guardLines().get(0).endsWith(why), ended.errors().toString());
      }
      assertEquals(List.of("app.db"), names(folder));
    } finally {
      Mounts.run(List.of("chattr", "-i", db.toString()));
      Files.delete(db);
      Files.delete(folder);
    }
  }

  @Test
  void aBackupDirectoryThatCannotBeWrittenIsNamed() throws Exception {
    Path folder = folder("beside", "rwxr-xr-x");
    Path backups = folder("closed", "---------");
    Path db = folder.resolve("app.db");
    Databases.create(db, 20);
    Nobody.giveTo(NOBODY, folder);
    Nobody.giveTo(NOBODY, db);
    Nobody.giveTo(NOBODY, backups);
    GuardedJvm jvm =
        nobody
            .unguarded()
            .jvmArguments("-javaagent:" + nobody.agent() + "=backup-dir=" + backups.toRealPath());
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      var ended = app.end("return");
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      String why = "backup-dir " + backups.toRealPath() + " can't be written";
      assertTrue(ended.guardLines().get(0).endsWith(why), ended.errors().toString());
    }
    assertEquals(List.of("app.db"), names(folder));
  }

  @Test
  void noTemporaryDirectoryAtAllStillOpens() throws Exception {
    Path folder = folder("notmp", "r-xr-xr-x");
    Path db = folder.resolve("app.db");
    Databases.create(db, 20);
    String library = readable.resolve("lib").toString();
    Path lib = folder("lib", "rwxrwxrwx");
    assertEquals(library, lib.toString());
    var jvm =
        nobody
            .guarded()
            .jvmArguments("-Djava.io.tmpdir=/no/such/place", "-Dorg.sqlite.tmpdir=" + lib);
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("20", app.say("sql", "a", "SELECT count(*) FROM t"));
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    }
  }

  @Test
  void aJarThatMayNotBeReadLaterStopsNobody() throws Exception {
    Path folder = folder("stolen", "rwxr-xr-x");
    Path db = folder.resolve("app.db");
    Databases.create(db, 20);
    Nobody.giveTo(NOBODY, folder);
    Nobody.giveTo(NOBODY, db);
    Path jar = Files.copy(nobody.agent(), folder.resolve("guard.jar"));
    GuardedJvm jvm = nobody.unguarded().jvmArguments("-javaagent:" + jar);
    try (var app = jvm.start()) {
      app.say("interrupted");
      Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("---------"));
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("20", app.say("sql", "a", "SELECT count(*) FROM t"));
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    }
  }
}
