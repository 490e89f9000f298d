package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A database of one account that another one opens: no copy is readable more widely. */
class AnotherUserIT {
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

  private static GuardedJvm asNobody(boolean guarded) {
    return guarded ? nobody.guarded() : nobody.unguarded();
  }

  private static final int BY_GROUP = 040;
  private static final int BY_OTHERS = 04;

  private static int attribute(Path path, String name) throws Exception {
    return (Integer) Files.getAttribute(path, "unix:" + name);
  }

  private static boolean isReadableFor(Path file, int user, int group) throws Exception {
    int mode = attribute(file, "mode");
    if (attribute(file, "uid") == user) {
      return (mode & 0400) != 0;
    }
    return (mode & (attribute(file, "gid") == group ? BY_GROUP : BY_OTHERS)) != 0;
  }

  private static final int STRANGER = 4711;
  private static final int GROUP = 4712;

  /** For a stranger, and for members of every group that is concerned. */
  private static void assertNoCopyIsReadableMoreWidely(Path db) throws Exception {
    List<String> wider = new ArrayList<>();
    try (var files = Files.list(db.getParent())) {
      for (Path file : files.toList()) {
        for (int group : new int[] {STRANGER, GROUP, Integer.parseInt(NOBODY), 0}) {
          if (isReadableFor(file, STRANGER, group) && !isReadableFor(db, STRANGER, group)) {
            wider.add(file.getFileName() + " by members of group " + group);
          }
        }
      }
    }
    assertEquals(List.of(), wider);
  }

  private static List<String> play(GuardedJvm jvm, Path db) throws Exception {
    try (var app = jvm.start()) {
      List<String> answers = new ArrayList<>();
      String opened = app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      answers.add(opened);
      if (opened.equals("ok")) {
        answers.add(app.say("sql", "a", "SELECT count(*) FROM t"));
        answers.add(app.say("sql", "a", "INSERT INTO t(x) VALUES ('new')"));
        answers.add(app.say("sql", "a", "SELECT count(*) FROM t"));
      }
      var ended = app.end("return");
      answers.add("exit " + ended.exitCode());
      assertTrue(ended.guardLines().size() <= 1, ended.errors().toString());
      return answers;
    }
  }

  private static Path database(String folderMode, String mode, int group) throws Exception {
    Path folder = Files.createTempDirectory(readable, "case");
    Path db = folder.resolve("app.db");
    Databases.create(db, 20);
    Files.setAttribute(db, "unix:gid", group);
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString(mode));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(folderMode));
    return db;
  }

  @ParameterizedTest
  @CsvSource({
    "rw-r-----, rwxr-xr-x, 0",
    "rw-r-----, rwxrwxrwx, 0",
    "rw-r-----, rwxrwxrwx, 65534",
    "rw-rw----, rwxrwxrwx, 65534",
    "rw-r--r--, rwxr-xr-x, 0",
    "rw-r--r--, rwxrwxrwx, 0",
    "rw-rw-rw-, rwxr-xr-x, 0",
    "rw-rw-rw-, rwxrwxrwx, 0",
    "rw----rw-, rwxrwxrwx, 4712"
  })
  void theApplicationSeesNoDifferenceAndNobodySeesMore(String mode, String folderMode, int group)
      throws Exception {
    Path plain = database(folderMode, mode, group);
    Path guarded = database(folderMode, mode, group);
    List<String> expected = play(asNobody(false), plain);
    List<String> found = play(asNobody(true), guarded);
    assertEquals(
        expected.toString().replace(plain.toString(), "DB"),
        found.toString().replace(guarded.toString(), "DB"));
    assertNoCopyIsReadableMoreWidely(guarded);
  }

  @Test
  void aDatabaseWhoseOwnerCannotBeKeptIsNotReplaced() throws Exception {
    Path db = database("rwxrwxrwx", "rw-rw-rw-", 0);
    play(asNobody(true), db);
    assertTrue(Files.exists(Databases.beside(db, ".bak")));
    Databases.addRows(db, 2000);
    play(asNobody(true), db);
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    try (var app = asNobody(true).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertEquals(0, attribute(db, "uid"));
    assertNoCopyIsReadableMoreWidely(db);
  }

  @Test
  void backupsFollowADatabaseThatWasMadePrivate() throws Exception {
    Path db = database("rwxr-xr-x", "rw-r--r--", 0);
    Nobody.giveTo(NOBODY, db.getParent());
    Nobody.giveTo(NOBODY, db);
    play(asNobody(true), db);
    play(asNobody(true), db);
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("rw-------"));
    play(asNobody(true), db);
    assertNoCopyIsReadableMoreWidely(db);
  }

  @Test
  void membersOfTheGroupAreGuardedAgainWhenADatabaseIsTheirsAgain() throws Exception {
    String owner = "41000";
    String member = "41001";
    Path db = database("rwxrwx---", "rw-rw----", GROUP);
    for (Path path : List.of(db.getParent(), db)) {
      Files.setAttribute(path, "unix:uid", Integer.parseInt(owner));
      Files.setAttribute(path, "unix:gid", GROUP);
    }
    Path state = Databases.beside(db, ".sqlguard");
    String group = Integer.toString(GROUP);
    play(nobody.guardedMember(owner, group), db);
    assertEquals(0660, attribute(state, "mode") & 0777);
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("rw-------"));
    play(nobody.guardedMember(owner, group), db);
    assertNoCopyIsReadableMoreWidely(db);
    assertEquals(0600, attribute(state, "mode") & 0777);
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("rw-rw----"));
    play(nobody.guardedMember(owner, group), db);
    assertEquals(0660, attribute(state, "mode") & 0777);
    play(nobody.guardedMember(member, group), db);
    play(nobody.guardedMember(member, group), db);
    assertEquals(25, Databases.rows(db));
    assertEquals(24, Databases.rows(Databases.beside(db, ".bak")));
    assertNoCopyIsReadableMoreWidely(db);
  }

  @Test
  void filesThatRootMadeDontStopTheDatabasesOwner() throws Exception {
    Path db = database("rwxr-xr-x", "rw-------", 0);
    Nobody.giveTo(NOBODY, db.getParent());
    Nobody.giveTo(NOBODY, db);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('by root')");
      app.end("return");
    }
    assertEquals(List.of("ok", "21", "ok", "22", "exit 0"), play(asNobody(true), db));
    assertEquals(21, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(20, Databases.rows(Databases.beside(db, ".bak.1")));
    assertNoCopyIsReadableMoreWidely(db);
  }
}
