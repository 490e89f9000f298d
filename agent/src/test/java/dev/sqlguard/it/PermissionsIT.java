package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Owners and modes of what the guard makes, and what it does where it may not write. */
class PermissionsIT {
  private static final int ROWS = 300;
  private static final int NOBODY = 65534;
  private static final int SOMEBODY = 54321;

  @TempDir(cleanup = CleanupMode.ALWAYS)
  static Path shared;

  private static Starts asRoot;
  private static Starts asNobody;

  private Path directory;
  private Path db;

  /** Root may write everywhere, so most of this needs another user, who can't read root's jars. */
  @BeforeAll
  static void begin() throws Exception {
    assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(shared, "unix:uid")), "needs root");
    assumeTrue(new File("/usr/bin/setpriv").canExecute(), "needs setpriv");
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<Path> classPath = new ArrayList<>();
    for (String entry : GuardedJvm.applicationClassPath()) {
      Path from = Path.of(entry);
      Path to = shared.resolve("lib-" + classPath.size() + "-" + from.getFileName());
      copy(from, to);
      classPath.add(to);
    }
    Path agent = shared.resolve("sqlguard.jar");
    Files.copy(GuardedJvm.AGENT, agent);
    asRoot = Starts.with("backup-spacing=0s");
    asNobody =
        new Starts(
            () ->
                GuardedJvm.jvm()
                    .prefix(
                        "setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--")
                    .unguarded()
                    .jvmArguments("-javaagent:" + agent + "=backup-spacing=0s")
                    .directory(shared)
                    .classPath(classPath.toArray(Path[]::new)));
  }

  private static void copy(Path from, Path to) throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @AfterAll
  static void end() throws IOException {
    if (asRoot != null) {
      asRoot.close();
      asNobody.close();
    }
  }

  @BeforeEach
  void create(TestInfo test) throws Exception {
    String name = test.getTestMethod().orElseThrow().getName();
    directory = Files.createDirectory(shared.resolve(name + "-dir"));
    db = directory.resolve(name + ".db");
    Databases.create(db, ROWS);
  }

  private static void own(Path path, int user, int group, String mode) throws IOException {
    Files.setAttribute(path, "unix:uid", user);
    Files.setAttribute(path, "unix:gid", group);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static String owner(Path path) throws IOException {
    return Files.getAttribute(path, "unix:uid")
        + ":"
        + Files.getAttribute(path, "unix:gid")
        + " "
        + PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void everythingThatRootMakesBelongsToTheDatabasesOwner() throws Exception {
    own(db, SOMEBODY, NOBODY, "rw-r-----");
    String owner = owner(db);
    asRoot.start(db, "INSERT INTO t(x) VALUES ('more')");
    asRoot.start(db);
    Databases.damage(db, "t", 1);
    asRoot.start(db);
    assertTrue(Databases.isIntact(db));
    for (String suffix : List.of("", ".bak", ".bak.1", ".corrupt", ".sqlguard")) {
      assertEquals(owner, owner(Databases.beside(db, suffix)), suffix);
    }
  }

  @Test
  void ordinaryUserGetsHisOwnDatabaseRestored() throws Exception {
    own(directory, NOBODY, NOBODY, "rwx------");
    own(db, NOBODY, NOBODY, "rw-------");
    asNobody.start(db);
    Databases.damage(db, "t", 1);
    Starts.Start start = asNobody.start(db);
    assertTrue(Databases.isIntact(db), start.lines()::toString);
    assertEquals(ROWS, Databases.rows(db));
    for (String suffix : List.of("", ".bak", ".corrupt", ".corrupt.report.json", ".sqlguard")) {
      assertEquals(
          NOBODY + ":" + NOBODY + " rw-------", owner(Databases.beside(db, suffix)), suffix);
    }
  }

  @Test
  void olderBackupHelpsWhereTheNewestCannotBeRead() throws Exception {
    own(directory, NOBODY, NOBODY, "rwx------");
    own(db, NOBODY, NOBODY, "rw-------");
    asNobody.start(db, "UPDATE t SET x = 'second' WHERE id = 7");
    asNobody.start(db);
    Path bak = Databases.beside(db, ".bak");
    own(bak, NOBODY, NOBODY, "---------");
    String unreadable = Images.hash(bak);
    Databases.damage(db, "t", 1);
    Starts.Start start = asNobody.start(db, "SELECT x FROM t WHERE id = 7");
    assertEquals(List.of("second"), start.answers(), start.lines()::toString);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertEquals(unreadable, Images.hash(bak));
  }

  /** Its times say that it may have been changed, and nobody can look. */
  @Test
  void unreadableFileInASlotCountsAsSomebodyElses() throws Exception {
    own(directory, NOBODY, NOBODY, "rwx------");
    own(db, NOBODY, NOBODY, "rw-------");
    asNobody.start(db, "UPDATE t SET x = 'second' WHERE id = 7");
    Path bak = Databases.beside(db, ".bak");
    Files.setLastModifiedTime(bak, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
    own(bak, NOBODY, NOBODY, "---------");
    String unreadable = Images.hash(bak);
    for (int i = 0; i < 2; i++) {
      asNobody.start(db, "INSERT INTO t(x) VALUES ('more')");
      assertEquals(unreadable, Images.hash(bak));
    }
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".sqlguard.bak")));
    Databases.damage(db, "t", 1);
    asNobody.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(unreadable, Images.hash(bak));
  }

  @Test
  void directoryThatCannotBeWrittenIsLeftAlone() throws Exception {
    own(db, NOBODY, NOBODY, "rw-------");
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = asNobody.start(db, "SELECT count(*) FROM t");
    assertEquals(List.of("300"), start.answers(), start.lines()::toString);
    assertEquals(before, Images.contentsOf(directory));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  @Test
  void damageInADirectoryThatCannotBeWrittenIsReported() throws Exception {
    own(db, NOBODY, NOBODY, "rw-------");
    Databases.damage(db, "t", 1);
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = asNobody.start(db);
    assertEquals("ok", start.opened());
    assertEquals(before, Images.contentsOf(directory));
    assertEquals(1, start.lines().size(), start.lines()::toString);
    assertTrue(start.lines().get(0).contains("DAMAGED"));
  }

  @Test
  void fileThatCannotBeWrittenIsLeftAlone() throws Exception {
    own(directory, NOBODY, NOBODY, "rwxr-xr-x");
    own(db, SOMEBODY, SOMEBODY, "rw-r--r--");
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = asNobody.start(db, "SELECT count(*) FROM t");
    assertEquals(List.of("300"), start.answers());
    assertEquals(before, Images.contentsOf(directory));
  }

  @Test
  void fileThatCannotBeReadIsLeftAlone() throws Exception {
    own(directory, NOBODY, NOBODY, "rwxr-xr-x");
    own(db, SOMEBODY, SOMEBODY, "rw-------");
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = asNobody.start(db);
    assertTrue(start.opened().startsWith("error org.sqlite."), start.opened());
    assertEquals(before, Images.contentsOf(directory));
  }

  @Test
  void databaseInWalModeWithoutSideFilesInADirectoryThatCannotBeWritten() throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    own(db, NOBODY, NOBODY, "rw-------");
    Map<String, String> before = Images.contentsOf(directory);
    asNobody.start(db);
    assertEquals(before, Images.contentsOf(directory));
  }

  /** With an access control list the mode's group bits are a mask, not what the group may do. */
  @Test
  void accessControlListIsKept() throws Exception {
    denyTheGroup();
    asRoot.start(db);
    Databases.damage(db, "t", 1);
    assertTrue(canRead(db, SOMEBODY));
    asRoot.start(db);
    assertTrue(Databases.isIntact(db));
    assertTrue(canRead(db, SOMEBODY));
    assertFalse(canRead(db, NOBODY));
    Path evidence = Databases.beside(db, ".corrupt");
    assertTrue(canRead(evidence, SOMEBODY));
    assertFalse(canRead(evidence, NOBODY));
    assertFalse(canRead(Databases.beside(db, ".bak"), SOMEBODY));
  }

  /** Without the list, which only a program of the system's can copy, the group would be let in. */
  @Test
  void nothingIsInstalledWhereTheListCanNotBeCopiedNow() throws Exception {
    denyTheGroup();
    asRoot.start(db);
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    Path broken = Files.writeString(directory.resolve("cp"), "no program");
    Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
    String script = "mount --bind '" + broken + "' /usr/bin/cp && exec \"$@\"";
    String[] apart = {"unshare", "-m", "sh", "-c", script, "sh"};
    Process tried = new ProcessBuilder("unshare", "-m", "true").start();
    assumeTrue(tried.waitFor() == 0, "needs mount namespaces");
    try (Starts without = new Starts(() -> GuardedJvm.jvm().prefix(apart))) {
      List<String> lines = without.start(db).lines();
      assertArrayEquals(damaged, Files.readAllBytes(db), lines::toString);
      assertEquals(1, lines.size(), lines::toString);
    }
    asRoot.start(db);
    assertTrue(Databases.isIntact(db));
    assertFalse(canRead(db, NOBODY));
  }

  private void denyTheGroup() throws Exception {
    String set =
        "use strict; my $a = pack('L', 2);"
            + " $a .= pack('SSL', @$_) for ([1,6,-1&0xffffffff],[2,6,54321],[4,0,0xffffffff],"
            + "[16,6,0xffffffff],[32,0,0xffffffff]);"
            + " my $n = 'system.posix_acl_access';"
            + " exit(syscall(188, $ARGV[0], $n, $a, length($a), 0) == 0 ? 0 : 1);";
    Process perl = new ProcessBuilder("perl", "-e", set, db.toString()).start();
    assumeTrue(perl.waitFor() == 0, "needs perl and a file system with access control lists");
    own(db, 0, NOBODY, "rw-rw----");
    assertTrue(canRead(db, SOMEBODY));
    assertFalse(canRead(db, NOBODY));
  }

  private static boolean canRead(Path file, int id) throws Exception {
    return new ProcessBuilder(
                "setpriv",
                "--reuid=" + id,
                "--regid=" + id,
                "--clear-groups",
                "--",
                "test",
                "-r",
                file.toString())
            .start()
            .waitFor()
        == 0;
  }
}
