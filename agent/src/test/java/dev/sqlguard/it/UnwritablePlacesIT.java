package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An account that may write hardly anywhere, as in a hardened container. */
class UnwritablePlacesIT {
  private static final String NOBODY = "65534";
  private static Path readable;
  private static Path agent;
  private static Path[] classPath;

  /** Neither the build's directory nor the local repository need be readable for others. */
  @BeforeAll
  static void copyWhatNobodyMustRead() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv");
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root to become another user");
    readable = Files.createTempDirectory("sqlguard-readable-");
    Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rwxr-xr-x"));
    agent = copy(GuardedJvm.AGENT);
    List<Path> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (entry.contains("sqlite-jdbc") || entry.contains("slf4j")) {
        entries.add(copy(path));
      } else if (Files.exists(path.resolve("dev/sqlguard/it/ScriptApp.class"))) {
        Path folder = Files.createDirectories(readable.resolve("classes/dev/sqlguard/it"));
        copyTo(path.resolve("dev/sqlguard/it/ScriptApp.class"), folder);
        entries.add(readable.resolve("classes"));
      }
    }
    classPath = entries.toArray(Path[]::new);
  }

  @AfterAll
  static void deleteCopies() throws Exception {
    if (readable != null) {
      try (var all = Files.walk(readable)) {
        all.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static Path copy(Path file) throws Exception {
    return copyTo(file, readable);
  }

  private static Path copyTo(Path file, Path folder) throws Exception {
    Path copy = Files.copy(file, folder.resolve(file.getFileName()));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
    return copy;
  }

  private static GuardedJvm asNobody() {
    return GuardedJvm.jvm()
        .unguarded()
        .prefix("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
        .classPath(classPath)
        .jvmArguments("-javaagent:" + agent)
        .environment("HOME", "/root")
        .directory(Path.of("/"));
  }

  private static Path folder(String name, String mode) throws Exception {
    Path folder = Files.createDirectory(readable.resolve(name));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
    return folder;
  }

  private static void giveTo(String user, Path path) throws Exception {
    Files.setAttribute(path, "unix:uid", Integer.parseInt(user));
    Files.setAttribute(path, "unix:gid", Integer.parseInt(user));
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
    giveTo(NOBODY, folder);
    giveTo(NOBODY, db);
    try (var app = asNobody().start()) {
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
    try (var app = asNobody().start()) {
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
    try (var app = asNobody().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      assertTrue(ended.guardLines().get(0).contains("DAMAGED"), ended.errors().toString());
    }
    assertEquals(List.of("app.db"), names(folder));
    assertArrayEquals(damaged, Files.readAllBytes(db));
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
        asNobody().jvmArguments("-Djava.io.tmpdir=/no/such/place", "-Dorg.sqlite.tmpdir=" + lib);
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
    giveTo(NOBODY, folder);
    giveTo(NOBODY, db);
    Path jar = Files.copy(agent, folder.resolve("guard.jar"));
    var jvm =
        GuardedJvm.jvm()
            .unguarded()
            .prefix("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
            .classPath(classPath)
            .jvmArguments("-javaagent:" + jar)
            .directory(Path.of("/"));
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
