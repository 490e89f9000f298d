package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only the file that was opened is folded into at exit, wherever its path leads by then. */
class ExitPathsIT {
  private static final int ROWS = 50;
  private static final String INSERT = "INSERT INTO t(x) VALUES ('late')";

  @TempDir Path temporary;
  private Path directory;
  private Path db;
  private Path wal;

  @BeforeEach
  void create() throws Exception {
    directory = Files.createDirectory(temporary.toRealPath().resolve("data"));
    db = directory.resolve("app.db");
    wal = Databases.beside(db, "-wal");
    Databases.create(db, ROWS);
    Databases.execute(db, "PRAGMA journal_mode=WAL");
  }

  private static GuardedJvm.Running leaky(GuardedJvm jvm, Path db) throws Exception {
    var app = jvm.start();
    app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
    app.ok("sql", "a", INSERT);
    return app;
  }

  /** A database of somebody else's, with a log of its own. */
  private static Path foreign(Path file) throws Exception {
    Databases.create(file, 7);
    Databases.execute(file, "PRAGMA journal_mode=WAL");
    leaky(GuardedJvm.jvm().unguarded(), file).kill();
    return file;
  }

  private static void assertFolded(Path file, int rows) throws Exception {
    Path log = Databases.beside(file, "-wal");
    assertTrue(!Files.exists(log) || Files.size(log) == 0, log + " is folded in");
    Files.deleteIfExists(log);
    assertEquals(rows, Databases.rows(file));
    assertTrue(Databases.isIntact(file));
  }

  private static List<String> names(Path directory) throws Exception {
    try (var files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theLogOfADeletedDatabaseIsNotTouched() throws Exception {
    try (var app = leaky(GuardedJvm.jvm(), db)) {
      byte[] log = Files.readAllBytes(wal);
      Files.delete(db);
      List<String> before = names(directory);
      app.terminate();
      assertEquals(before, names(directory));
      assertArrayEquals(log, Files.readAllBytes(wal));
    }
  }

  @Test
  void aDirectoryThatVanishedIsNotMadeAgain() throws Exception {
    Path moved = directory.resolveSibling("moved");
    try (var app = leaky(GuardedJvm.jvm(), db)) {
      Files.move(directory, moved);
      assertEquals(143, app.terminate().exitCode());
    }
    assertEquals(List.of("moved"), names(directory.getParent()));
    assertEquals(ROWS + 1, Databases.rows(moved.resolve("app.db")));
  }

  @Test
  void anotherDirectoryInItsPlaceIsLeftAlone() throws Exception {
    try (var app = leaky(GuardedJvm.jvm(), db)) {
      Path moved = Files.move(directory, directory.resolveSibling("moved"));
      Files.createDirectory(directory);
      foreign(db);
      byte[] main = Files.readAllBytes(db);
      byte[] log = Files.readAllBytes(wal);
      List<String> before = names(directory);
      app.terminate();
      assertArrayEquals(main, Files.readAllBytes(db));
      assertArrayEquals(log, Files.readAllBytes(wal));
      assertEquals(before, names(directory));
      assertEquals(ROWS + 1, Databases.rows(moved.resolve("app.db")));
    }
  }

  @Test
  void aLinkToAnotherDatabaseInItsPlaceIsLeftAlone() throws Exception {
    Path other = foreign(directory.resolve("other.db"));
    Path otherLog = Databases.beside(other, "-wal");
    byte[] main = Files.readAllBytes(other);
    byte[] log = Files.readAllBytes(otherLog);
    try (var app = leaky(GuardedJvm.jvm(), db)) {
      Files.move(db, directory.resolve("moved.db"));
      Files.move(wal, directory.resolve("moved.db-wal"));
      Files.createSymbolicLink(db, other);
      Files.createSymbolicLink(wal, otherLog);
      app.terminate();
    }
    assertArrayEquals(main, Files.readAllBytes(other));
    assertArrayEquals(log, Files.readAllBytes(otherLog));
    assertEquals(ROWS + 1, Databases.rows(directory.resolve("moved.db")));
  }

  @Test
  void aLinkThatIsTurnedToAnotherDatabaseDoesNotMatter() throws Exception {
    Path other = foreign(directory.resolve("other.db"));
    byte[] main = Files.readAllBytes(other);
    byte[] log = Files.readAllBytes(Databases.beside(other, "-wal"));
    Path link = Files.createSymbolicLink(directory.resolve("current.db"), db);
    try (var app = leaky(GuardedJvm.jvm(), link)) {
      Files.delete(link);
      Files.createSymbolicLink(link, other);
      app.terminate();
    }
    assertFolded(db, ROWS + 1);
    assertArrayEquals(main, Files.readAllBytes(other));
    assertArrayEquals(log, Files.readAllBytes(Databases.beside(other, "-wal")));
  }

  @Test
  void aDatabaseMadeAnewDuringTheRunIsFoldedIn() throws Exception {
    try (var app = leaky(GuardedJvm.jvm(), db)) {
      app.ok("close", "a");
      Files.delete(db);
      Databases.create(db, 3);
      Databases.execute(db, "PRAGMA journal_mode=WAL");
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", INSERT);
      app.terminate();
    }
    assertFolded(db, 4);
  }

  @Test
  void aHardLinkIsFoldedInByTheNameThatWasUsedLast() throws Exception {
    Path link = Files.createLink(directory.resolve("link.db"), db);
    try (var app = leaky(GuardedJvm.jvm(), db)) {
      app.ok("close", "a");
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + link);
      app.ok("sql", "b", INSERT);
      app.terminate();
    }
    assertFolded(link, ROWS + 2);
  }

  @Test
  void anExcludedDatabaseIsLeftAsTheApplicationLeftIt() throws Exception {
    try (var app = leaky(GuardedJvm.jvm().options("exclude=app.db"), db)) {
      byte[] main = Files.readAllBytes(db);
      byte[] log = Files.readAllBytes(wal);
      app.terminate();
      assertArrayEquals(main, Files.readAllBytes(db));
      assertArrayEquals(log, Files.readAllBytes(wal));
    }
  }

  @Test
  void aDatabaseOpenedReadOnlyFirstAndForWritingLaterIsFoldedIn() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "reader", "drivermanager", "jdbc:sqlite:file:" + db + "?mode=ro");
      assertEquals("50", app.say("sql", "reader", "SELECT count(*) FROM t"));
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", INSERT);
      app.terminate();
    }
    assertFolded(db, ROWS + 1);
  }
}
