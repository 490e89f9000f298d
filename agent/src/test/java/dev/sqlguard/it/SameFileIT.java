package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file is checked and backed up once in a JVM, under whatever names and from however many
 * threads.
 */
class SameFileIT {
  @TempDir Path directory;

  private Path database() throws Exception {
    Path db = Files.createDirectory(directory.resolve("data")).resolve("app.db");
    Databases.create(db, 50);
    return db;
  }

  private static List<String> names(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void symbolicLinksLeadToTheFileAndItsBackupLiesBesideIt() throws Exception {
    Path db = database();
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), db);
    Path chain = Files.createSymbolicLink(directory.resolve("chain.db"), Path.of("link.db"));
    Path folder = Files.createSymbolicLink(directory.resolve("folder"), Path.of("data"));
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + chain);
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      app.ok("open", "b", "datasource", "jdbc:sqlite:" + link);
      app.ok("open", "c", "hikari", "jdbc:sqlite:" + folder.resolve("app.db"));
      app.ok("open", "d", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(1, app.end("return").guardLines().size());
    }
    assertEquals(List.of("chain.db", "data", "folder", "link.db"), names(directory));
    assertEquals(List.of("app.db", "app.db.bak", "app.db.sqlguard"), names(db.getParent()));
    assertEquals(50, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void aDamagedFileBehindALinkIsReplacedAndTheLinkStays() throws Exception {
    Path db = database();
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), db);
    for (int start = 0; start < 2; start++) {
      try (var app = GuardedJvm.jvm().start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + link);
        assertEquals("ok", app.say("sql", "a", "PRAGMA integrity_check"));
        app.end("return");
      }
      if (start == 0) {
        Databases.damage(db, "t", 1);
      }
    }
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(List.of("data", "link.db"), names(directory));
    assertTrue(names(db.getParent()).contains("app.db.corrupt"));
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void aDanglingLinkMeansTheFileThatSqliteWillMake() throws Exception {
    Path db = Files.createDirectory(directory.resolve("data")).resolve("app.db");
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), db);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + link);
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "a", "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    assertEquals(0, Files.size(Databases.beside(db, "-wal")));
  }

  @Test
  void hardLinksAreOneFile() throws Exception {
    Path db = database();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path hard = Files.createLink(elsewhere.resolve("hard.db"), db);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + hard);
      assertEquals(1, app.end("return").guardLines().size());
    }
    assertEquals(List.of("hard.db"), names(elsewhere));
    assertEquals(50, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void aFileThatTakesThePlaceOfAnotherIsCheckedAnew() throws Exception {
    Path db = database();
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("close", "a");
      Path other = directory.resolve("other.db");
      Databases.create(other, 70);
      Files.move(other, db, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("70", app.say("sql", "b", "SELECT count(*) FROM t"));
      app.end("return");
    }
    assertEquals(70, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(50, Databases.rows(Databases.beside(db, ".bak.1")));
  }

  /** A file system gives the inodes of what was deleted to what is made next. */
  @ParameterizedTest
  @ValueSource(strings = {"file", "directory"})
  void aFileThatHasTheInodeOfADeletedOneIsCheckedAnew(String deleted) throws Exception {
    Path damaged = directory.resolve("damaged.db");
    Databases.create(damaged, 500);
    Databases.damage(damaged, "t", 2);
    Path parent = Files.createDirectory(directory.resolve("data"));
    Path db = parent.resolve("app.db");
    Databases.create(db, 50);
    List<Object> inodes = inodes(parent, db);
    List<String> lines;
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("close", "a");
      for (String name : names(parent)) {
        Files.delete(parent.resolve(name));
      }
      if (deleted.equals("directory")) {
        Files.delete(parent);
        makeWithInode(inodes.get(0), Files::createDirectory, parent);
      }
      makeWithInode(inodes.get(1), Files::createFile, db);
      Files.write(db, Files.readAllBytes(damaged));
      assertEquals(inodes, inodes(parent, db));
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      lines = app.end("return").guardLines();
    }
    assertTrue(Files.exists(Databases.beside(db, ".corrupt")), lines::toString);
    assertTrue(Databases.isIntact(db));
  }

  private interface Making {
    Path at(Path path) throws IOException;
  }

  /** Whatever gets another inode stays, so that the next one can't get it. */
  private void makeWithInode(Object inode, Making making, Path path) throws Exception {
    for (int attempt = 0; attempt < 5000; attempt++) {
      Path made = making.at(directory.resolve("made-" + inode + "-" + attempt));
      if (inodes(made).get(0).equals(inode)) {
        Files.move(made, path);
        return;
      }
    }
    assumeTrue(false, "no inode is given away again here");
  }

  private static List<Object> inodes(Path... files) throws Exception {
    List<Object> inodes = new java.util.ArrayList<>();
    for (Path file : files) {
      inodes.add(Files.getAttribute(file, "unix:ino"));
    }
    return inodes;
  }

  @ParameterizedTest
  @ValueSource(strings = {"healthy", "damaged", "absent"})
  void twentyThreadsAtOnceWaitForTheOneCheck(String state) throws Exception {
    Path db = directory.resolve("app.db");
    if (!state.equals("absent")) {
      Databases.create(db, 500);
    }
    if (state.equals("damaged")) {
      try (var app = GuardedJvm.jvm().start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        app.end("return");
      }
      Databases.damage(db, "t", 2);
    }
    var ended = GuardedJvm.jvm().program(Crowd.class.getName(), db.toString()).run();
    assertEquals(List.of(state.equals("absent") ? "0" : "500"), ended.output(), () -> "" + ended);
    assertEquals(state.equals("absent") ? 0 : 1, ended.guardLines().size(), () -> "" + ended);
    List<String> files =
        switch (state) {
          case "healthy" -> List.of("app.db", "app.db.bak");
          case "damaged" ->
              List.of("app.db", "app.db.bak", "app.db.corrupt", "app.db.corrupt.report.json");
          default -> List.of("app.db");
        };
    assertEquals(files, Databases.filesOf(db));
  }

  @Test
  void theGuardsBackupsAreOpenedUnguarded() throws Exception {
    Path db = database();
    Path backup = Databases.beside(db, ".bak");
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + backup);
      assertEquals("50", app.say("sql", "b", "SELECT count(*) FROM t"));
      assertEquals(1, app.end("return").guardLines().size());
    }
    assertEquals(List.of("app.db", "app.db.bak", "app.db.sqlguard"), names(db.getParent()));
  }

  @Test
  void anApplicationsOwnDatabaseNamedLikeABackupIsGuarded() throws Exception {
    Path db = database();
    Path own = Databases.beside(db, ".bak");
    Databases.create(own, 30);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + own);
      app.end("return");
    }
    assertEquals(30, Databases.rows(own));
    Path ownBackup = Databases.beside(own, ".bak");
    assertTrue(Files.exists(ownBackup), names(db.getParent()).toString());
    assertEquals(30, Databases.rows(ownBackup));
  }

  /**
   * Loading classes and the native library loses an interrupt now and then, without the guard too.
   */
  private static void loadDriver(GuardedJvm.Running app) throws Exception {
    app.ok("open", "memory", "hikari", "jdbc:sqlite::memory:");
  }

  @Test
  void anInterruptedThreadOpensAndStaysInterrupted() throws Exception {
    Path healthy = directory.resolve("healthy.db");
    Path damaged = directory.resolve("damaged.db");
    for (Path db : List.of(healthy, damaged)) {
      Databases.create(db, 500);
    }
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + damaged);
      app.end("return");
    }
    Databases.damage(damaged, "t", 2);
    try (var app = GuardedJvm.jvm().start()) {
      // The driver runs a program when it is loaded, and may lose the flag itself while waiting.
      app.ok("open", "memory", "drivermanager", "jdbc:sqlite::memory:");
      for (Path db : List.of(healthy, damaged, directory.resolve("absent.db"))) {
        app.ok("interrupt");
        app.ok("open", db.getFileName().toString(), "drivermanager", "jdbc:sqlite:" + db);
        assertEquals("true", app.say("interrupted"), db.toString());
      }
      app.ok("sql", "healthy.db", "BEGIN IMMEDIATE");
      app.ok("interrupt");
      app.ok("open", "again", "datasource", "jdbc:sqlite:" + healthy);
      assertEquals("true", app.say("interrupted"));
      app.end("return");
    }
    assertEquals(500, Databases.rows(Databases.beside(healthy, ".bak")));
    assertTrue(Files.exists(Databases.beside(damaged, ".corrupt")));
    assertTrue(Databases.isIntact(damaged));
  }

  @Test
  void anInterruptedPoolBehavesAsWithoutTheGuard() throws Exception {
    Path db = database();
    List<List<String>> answers = new java.util.ArrayList<>();
    for (boolean guarded : new boolean[] {false, true}) {
      GuardedJvm jvm = guarded ? GuardedJvm.jvm() : GuardedJvm.jvm().unguarded();
      try (var app = jvm.start()) {
        app.ok("interrupt");
        app.say("open", "a", "hikari", "jdbc:sqlite:" + db);
        app.say("interrupted");
        app.ok("open", "b", "hikari", "jdbc:sqlite:" + db);
        app.say("sql", "b", "SELECT count(*) FROM t");
        // Whether the pool eats the interrupt depends on who comes first, without the guard too.
        List<String> seen = new java.util.ArrayList<>(app.end("return").output());
        seen.remove(2);
        answers.add(seen);
      }
    }
    assertEquals(answers.get(0), answers.get(1));
    assertEquals(50, Databases.rows(Databases.beside(db, ".bak")));
    assertFalse(Files.exists(Databases.beside(db, ".bak.1")));
  }
}
