package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backup holds what was committed: no row less, and none of a transaction that never ended. */
class SnapshotIT {
  private static final int ROWS = 500;
  private static final String ALL = "SELECT id || ' ' || x FROM t ORDER BY id";

  @TempDir Path temporary;
  private Path db;
  private Path bak;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    bak = Databases.beside(db, ".bak");
    Databases.create(db, ROWS);
  }

  private void killedAfter(String journalMode, String... statements) throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=" + journalMode);
      for (String statement : statements) {
        app.say("sql", "a", statement);
      }
      app.kill();
    }
  }

  private void assertBackup(int rows) throws Exception {
    byte[] main = Files.readAllBytes(db);
    byte[] wal = bytesOf("-wal");
    byte[] journal = bytesOf("-journal");
    try (var app = GuardedJvm.jvm().options("db=" + db).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      // An open alone reads nothing: what lies there now is what the guard left.
      assertArrayEquals(main, Files.readAllBytes(db));
      assertArrayEquals(wal, bytesOf("-wal"));
      assertArrayEquals(journal, bytesOf("-journal"));
      app.kill();
    }
    assertEquals(rows, Databases.rows(bak));
    assertTrue(Databases.isIntact(bak));
    assertArrayEquals(new byte[] {1, 1}, Images.bytes(bak, 18, 2));
    for (String suffix : new String[] {"-wal", "-shm", "-journal"}) {
      assertFalse(Files.exists(Databases.beside(bak, suffix)));
    }
  }

  private byte[] bytesOf(String suffix) throws Exception {
    Path file = Databases.beside(db, suffix);
    return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
  }

  @Test
  void committedFramesOfALogAreInIt() throws Exception {
    killedAfter("WAL", "INSERT INTO t(x) VALUES ('committed')");
    assertTrue(bytesOf("-wal").length > 0);
    assertBackup(ROWS + 1);
  }

  @Test
  void framesWithoutACommitAreNot() throws Exception {
    killedAfter(
        "WAL",
        "INSERT INTO t(x) VALUES ('committed')",
        "PRAGMA cache_size=5",
        "PRAGMA cache_spill=5",
        "BEGIN",
        "INSERT INTO t(x) SELECT x FROM t");
    assertTrue(bytesOf("-wal").length > 40_000, "uncommitted pages were spilled");
    assertBackup(ROWS + 1);
  }

  @Test
  void aHotJournalIsRolledBack() throws Exception {
    byte[] before = Files.readAllBytes(db);
    killedAfter(
        "DELETE",
        "PRAGMA cache_size=5",
        "PRAGMA cache_spill=5",
        "BEGIN",
        "UPDATE t SET x = 'never committed ' || id",
        "INSERT INTO t(x) SELECT x FROM t");
    assertTrue(bytesOf("-journal").length > 0);
    assertFalse(java.util.Arrays.equals(before, Files.readAllBytes(db)), "half written");
    assertBackup(ROWS);
    assertEquals("0", Databases.query(bak, "SELECT count(*) FROM t WHERE x LIKE 'never%'").get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PERSIST", "TRUNCATE"})
  void aHotJournalOfAnyModeIsRolledBackToTheVeryRows(String journalMode) throws Exception {
    List<String> committed = Databases.query(db, ALL);
    killedAfter(
        journalMode,
        "PRAGMA cache_size=5",
        "PRAGMA cache_spill=5",
        "BEGIN",
        "UPDATE t SET x = 'never committed ' || id",
        "DELETE FROM t WHERE id % 3 = 0");
    assertTrue(bytesOf("-journal").length > 0);
    assertBackup(ROWS);
    assertEquals(committed, Databases.query(bak, ALL));
  }

  @Test
  void aJournalThatStaysAfterItsCommitTakesNothingBack() throws Exception {
    killedAfter("PERSIST", "INSERT INTO t(x) VALUES ('committed')");
    assertTrue(bytesOf("-journal").length > 0);
    assertBackup(ROWS + 1);
  }

  @Test
  void framesOfAnEarlierRoundOfTheLogAreNotTakenForNewOnes() throws Exception {
    killedAfter(
        "WAL",
        "INSERT INTO t(x) SELECT x FROM t",
        "PRAGMA wal_checkpoint(RESTART)",
        "DELETE FROM t WHERE id > " + (ROWS + 1));
    assertBackup(ROWS + 1);
  }

  @Test
  void aTransactionWhoseLastFrameIsTornIsNotInIt() throws Exception {
    killedAfter("WAL", "INSERT INTO t(x) VALUES ('committed')", "INSERT INTO t(x) VALUES ('torn')");
    Path wal = Databases.beside(db, "-wal");
    try (FileChannel log = FileChannel.open(wal, StandardOpenOption.WRITE)) {
      log.truncate(log.size() - 100);
    }
    assertBackup(ROWS + 1);
  }

  @Test
  void damageThatIsOnlyReportedLeavesTheFileAndItsLogAsTheyAre() throws Exception {
    assertBackup(ROWS);
    byte[] backup = Files.readAllBytes(bak);
    killedAfter("WAL", "INSERT INTO t(x) VALUES ('in the log')");
    Databases.damage(db, "t", 1);
    assertFalse(Databases.isIntact(db));
    byte[] main = Files.readAllBytes(db);
    byte[] wal = bytesOf("-wal");
    assertTrue(wal.length > 0);
    try (var app = GuardedJvm.jvm().options("on-damage=report").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertArrayEquals(main, Files.readAllBytes(db));
      assertArrayEquals(wal, bytesOf("-wal"));
      assertEquals(1, app.kill().guardLines().size());
    }
    assertArrayEquals(main, Files.readAllBytes(db));
    assertArrayEquals(wal, bytesOf("-wal"));
    assertArrayEquals(backup, Files.readAllBytes(bak));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
  }
}
