package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a killed application left: the backup has what was committed, and until the application
 * itself runs a statement not a byte of its files changes.
 */
class LeftoverFilesIT {
  private static final int ROWS = 500;

  @TempDir Path directory;
  private Path db;
  private Path bak;

  @BeforeEach
  void create() throws Exception {
    db = directory.resolve("app.db");
    bak = Databases.beside(db, ".bak");
    Databases.execute(db, "PRAGMA page_size=1024");
    Databases.create(db, ROWS);
  }

  private void killedAfter(String... statements) throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      for (String statement : statements) {
        app.say("sql", "a", statement);
      }
      app.kill();
    }
  }

  /** The guard has done its work when the driver's open returns; SQLite reads nothing before. */
  private void guardedOpenChangesNothing() throws Exception {
    Map<String, String> before = liveFiles();
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(before, liveFiles());
      app.kill();
    }
  }

  private Map<String, String> liveFiles() throws Exception {
    Map<String, String> found = new TreeMap<>();
    for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
      Path file = Databases.beside(db, suffix);
      if (Files.exists(file)) {
        Object times = Files.readAttributes(file, "unix:ino,lastModifiedTime");
        found.put(suffix, Images.hash(file) + times);
      }
    }
    return found;
  }

  private void assertBackupHas(int rows) throws Exception {
    assertTrue(Files.exists(bak));
    assertTrue(Databases.isIntact(bak));
    assertEquals(rows, Databases.rows(bak));
    assertArrayEquals(new byte[] {1, 1}, Images.bytes(bak, 18, 2));
    assertEquals(List.of("app.db.bak"), backupFiles());
  }

  private List<String> backupFiles() throws Exception {
    return Databases.filesOf(db).stream().filter(name -> name.contains(".bak")).toList();
  }

  @Test
  void logThatStartedAnewHasOldFramesBehindIt() throws Exception {
    killedAfter(
        "PRAGMA journal_mode=WAL",
        "UPDATE t SET x = x || '!'",
        "PRAGMA wal_checkpoint(RESTART)",
        "INSERT INTO t(x) VALUES ('in the second round')");
    guardedOpenChangesNothing();
    assertBackupHas(ROWS + 1);
  }

  @Test
  void hotJournalOfAFileThatGrewIsRolledBackInTheBackup() throws Exception {
    killedAfter(
        "PRAGMA cache_size=5", "BEGIN", "INSERT INTO t(x) SELECT hex(randomblob(400)) FROM t");
    guardedOpenChangesNothing();
    assertBackupHas(ROWS);
  }

  @Test
  void journalThatIsOverStaysWhatItIs() throws Exception {
    killedAfter("PRAGMA journal_mode=PERSIST", "INSERT INTO t(x) VALUES ('committed')");
    assertTrue(Files.size(Databases.beside(db, "-journal")) > 0);
    guardedOpenChangesNothing();
    assertBackupHas(ROWS + 1);
  }

  @Test
  void emptyJournalAndLogStayWhatTheyAre() throws Exception {
    Files.createFile(Databases.beside(db, "-journal"));
    Files.createFile(Databases.beside(db, "-wal"));
    guardedOpenChangesNothing();
    assertBackupHas(ROWS);
  }

  /** The transaction spans two files, and both journals name a third file that decides. */
  @Test
  void journalsOfATransactionOverTwoFilesAreRolledBackTogether() throws Exception {
    Path other = directory.resolve("other.db");
    Databases.create(other, ROWS);
    killedAfter(
        "ATTACH '" + other + "' AS o",
        "PRAGMA main.cache_size=5",
        "PRAGMA o.cache_size=5",
        "BEGIN",
        "UPDATE t SET x = 'half'",
        "UPDATE o.t SET x = 'half'");
    guardedOpenChangesNothing();
    assertBackupHas(ROWS);
    assertEquals(List.of("0"), Databases.query(bak, "SELECT count(*) FROM t WHERE x = 'half'"));
    assertTrue(Files.size(Databases.beside(other, "-journal")) > 0);
  }

  @Test
  void logOfAnotherDatabaseIsNotFoldedIntoTheLiveFile() throws Exception {
    Path other = directory.resolve("other.db");
    Databases.create(other, 3);
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + other);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('of the other')");
      app.kill();
    }
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    List<String> rows = Databases.query(db, "SELECT x FROM t ORDER BY id");
    Files.copy(Databases.beside(other, "-wal"), Databases.beside(db, "-wal"));
    byte[] log = Files.readAllBytes(Databases.beside(db, "-wal"));
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertFalse(Files.exists(Databases.beside(db, "-wal")));
      app.kill();
    }
    assertEquals(rows, Databases.query(db, "SELECT x FROM t ORDER BY id"));
    assertArrayEquals(log, Files.readAllBytes(Databases.beside(db, ".corrupt-wal")));
  }
}
