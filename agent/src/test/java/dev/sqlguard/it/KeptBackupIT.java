package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A database that is healthy but has lost what it held: the last rich backup is never rotated. */
class KeptBackupIT {
  private static final int ROWS = 600;

  private static Starts starts;

  @TempDir Path directory;
  private Path db;
  private Path keep;

  @BeforeAll
  static void begin() {
    starts = Starts.with("backup-spacing=0s");
  }

  @AfterAll
  static void end() throws IOException {
    starts.close();
  }

  @BeforeEach
  void name(TestInfo test) throws Exception {
    db = directory.resolve(test.getTestMethod().orElseThrow().getName() + ".db");
    keep = Databases.beside(db, ".bak.keep");
    Databases.create(db, ROWS);
  }

  /** Every start creates what is missing, writes a row, and is backed up. */
  private void fiveStarts() throws Exception {
    for (int i = 0; i < 5; i++) {
      Starts.Start start =
          starts.start(
              db,
              "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, x TEXT)",
              "INSERT INTO t(x) VALUES ('after the loss')");
      assertEquals(List.of("ok", "ok"), start.answers(), start.lines()::toString);
    }
  }

  private void assertKept(int rows) throws Exception {
    assertTrue(Files.exists(keep));
    assertTrue(Databases.isIntact(keep));
    assertEquals(rows, Databases.rows(keep));
  }

  @Test
  void afterTheFileWasCutToNothing() throws Exception {
    starts.start(db);
    Files.write(db, new byte[0]);
    Starts.Start first = starts.start(db);
    assertEquals(0, Files.size(db));
    assertEquals(1, first.lines().size(), first.lines()::toString);
    fiveStarts();
    assertKept(ROWS);
  }

  @Test
  void afterTheFileWasDeleted() throws Exception {
    starts.start(db);
    Files.delete(db);
    fiveStarts();
    assertKept(ROWS);
    assertEquals(5, Databases.rows(db));
  }

  @Test
  void afterTheLogWasDeleted() throws Exception {
    Files.delete(db);
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('one'), ('two'), ('three')");
      app.kill();
    }
    Path wal = Databases.beside(db, "-wal");
    byte[] log = Files.readAllBytes(wal);
    byte[] main = Files.readAllBytes(db);
    assertEquals("ok", starts.start(db).opened());
    assertEquals(3, Databases.rows(Databases.beside(db, ".bak")));
    Files.write(db, main);
    Files.deleteIfExists(wal);
    assertTrue(log.length > 0);
    fiveStarts();
    assertKept(3);
  }

  @Test
  void afterTheSchemaWasRecreated() throws Exception {
    starts.start(db);
    Files.delete(db);
    Databases.create(db, 1);
    Starts.Start first = starts.start(db);
    assertEquals(2, first.lines().size(), first.lines()::toString);
    fiveStarts();
    assertKept(ROWS);
  }

  @Test
  void afterMostRowsWereDeleted() throws Exception {
    starts.start(db, "DELETE FROM t WHERE id > 10");
    fiveStarts();
    assertKept(ROWS);
  }

  @Test
  void afterATableWasDropped() throws Exception {
    Databases.execute(db, "CREATE TABLE u(x)", "INSERT INTO u VALUES (1)");
    starts.start(db, "DROP TABLE u");
    fiveStarts();
    assertEquals(List.of("1"), Databases.query(keep, "SELECT x FROM u"));
  }

  @Test
  void notAfterAFewRowsWereDeleted() throws Exception {
    starts.start(db, "DELETE FROM t WHERE id > " + (ROWS - 50));
    fiveStarts();
    assertFalse(Files.exists(keep));
  }

  @Test
  void twoLossesOneAfterTheOtherLeaveTheRicherOne() throws Exception {
    starts.start(db, "DELETE FROM t WHERE id > 100");
    starts.start(db, "DELETE FROM t");
    fiveStarts();
    assertKept(ROWS);
  }

  /**
   * What was gathered after the first loss is lost, too, and is no richer than what was lost then.
   */
  @Test
  void aSecondLossAfterANewBeginningIsKeptToo() throws Exception {
    starts.start(db);
    Files.write(db, new byte[0]);
    starts.start(db);
    Databases.create(db, 200);
    starts.start(db);
    Files.write(db, new byte[0]);
    Starts.Start second = starts.start(db);
    assertEquals(1, second.lines().size(), second.lines()::toString);
    fiveStarts();
    assertKept(ROWS);
    Path next = Databases.beside(db, ".bak.keep.1");
    assertTrue(Databases.isIntact(next));
    assertEquals(200, Databases.rows(next));
    assertFalse(Files.exists(Databases.beside(db, ".bak.keep.2")));
  }

  /** A backup that may not be rotated and can't be kept must stay where it is. */
  @Test
  void whereItCannotBeKeptItIsNotRotatedEither() throws Exception {
    starts.start(db);
    for (String series : List.of(".bak.keep", ".sqlguard.bak.keep")) {
      for (String number : List.of("", ".1", ".2", ".3")) {
        Files.writeString(Databases.beside(db, series + number), "mine");
      }
    }
    Databases.execute(db, "DELETE FROM t");
    fiveStarts();
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals("mine", Files.readString(keep));
  }

  @Test
  void alsoWhereSomebodyElsesFileHasThatName() throws Exception {
    Files.writeString(keep, "mine");
    starts.start(db);
    Files.write(db, new byte[0]);
    starts.start(db);
    fiveStarts();
    assertEquals("mine", Files.readString(keep));
    boolean found = false;
    for (String name : Databases.filesOf(db)) {
      Path file = directory.resolve(name);
      if (!file.equals(keep) && !file.equals(db) && Databases.isIntact(file)) {
        found |= Databases.rows(file) == ROWS;
      }
    }
    assertTrue(found, "the rich backup exists: " + Databases.filesOf(db));
  }

  /** What was kept can be restored from when nothing better is left. */
  @Test
  void andStaysAvailableForARestore() throws Exception {
    starts.start(db, "DELETE FROM t WHERE id > 100");
    starts.start(db);
    assertKept(ROWS);
    Files.delete(Databases.beside(db, ".bak"));
    Files.deleteIfExists(Databases.beside(db, ".bak.1"));
    List<Integer> leaves = new ArrayList<>(Databases.leaves(db, "t"));
    leaves.addAll(Databases.leaves(db, "ix"));
    for (int leaf : leaves) {
      Images.zeroPage(db, leaf);
    }
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertKept(ROWS);
  }

  @Test
  void logBesideAnEmptyFileIsKeptBeforeSqliteDeletesIt() throws Exception {
    starts.start(db);
    Path wal = Databases.beside(db, "-wal");
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('only in the log')");
      app.kill();
    }
    byte[] log = Files.readAllBytes(wal);
    Files.write(db, new byte[0]);
    starts.start(db, "SELECT 1");
    assertArrayEquals(log, Files.readAllBytes(Databases.beside(db, ".corrupt-wal")));
    assertKept(ROWS);
  }

  @Test
  void logWithoutItsFileIsKeptBeforeSqliteDeletesIt() throws Exception {
    starts.start(db);
    Path wal = Databases.beside(db, "-wal");
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('only in the log')");
      app.kill();
    }
    byte[] log = Files.readAllBytes(wal);
    Files.delete(db);
    starts.start(db, "CREATE TABLE other(x)");
    boolean found = false;
    for (String name : Databases.filesOf(db)) {
      found |= java.util.Arrays.equals(log, Files.readAllBytes(directory.resolve(name)));
    }
    assertTrue(found, "the log exists under some name: " + Databases.filesOf(db));
  }
}
