package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a JVM while something else, in it or outside, is still using the database. */
class ExitBesideOthersIT {
  private static final int ROWS = 50;
  private static final String INSERT = "INSERT INTO t(x) VALUES ('late')";
  private static final String COUNT = "SELECT count(*) FROM t";

  @TempDir Path temporary;
  private Path db;
  private Path wal;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    wal = Databases.beside(db, "-wal");
    Databases.create(db, ROWS);
    Databases.execute(db, "PRAGMA journal_mode=WAL");
  }

  private static GuardedJvm.Running open(GuardedJvm jvm, Path... files) throws Exception {
    var app = jvm.start();
    for (Path file : files) {
      app.ok("open", file.toString(), "drivermanager", "jdbc:sqlite:" + file);
      app.say("sql", file.toString(), COUNT);
    }
    return app;
  }

  private int rowsInMainFileAlone() throws Exception {
    Path copy = Files.createTempDirectory(temporary, "alone-").resolve("copy.db");
    Files.copy(db, copy);
    assertTrue(Databases.isIntact(copy));
    return Databases.rows(copy);
  }

  private void assertLogIsEmpty() throws Exception {
    assertTrue(!Files.exists(wal) || Files.size(wal) == 0, "the log is folded in");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "reader"})
  void anOpenCursorLosesNothing(String connection) throws Exception {
    try (var app = GuardedJvm.jvm().options("exit-timeout=1s").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", INSERT);
      app.ok("open", "reader", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("1", app.say("cursor", connection, "SELECT id FROM t"));
      assertEquals(143, app.terminate().exitCode());
    }
    assertEquals(ROWS + 1, rowsInMainFileAlone());
  }

  @Test
  void aTransactionThatTheApplicationNeverCommittedStaysUncommitted() throws Exception {
    try (var app = open(GuardedJvm.jvm().options("exit-timeout=1s"), db)) {
      app.ok("sql", db.toString(), INSERT);
      app.ok("sql", db.toString(), "BEGIN IMMEDIATE");
      app.ok("sql", db.toString(), INSERT);
      assertEquals(143, app.terminate().exitCode());
    }
    assertEquals(ROWS + 1, rowsInMainFileAlone());
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"drivermanager", "othercopy"})
  void noRowThatAWriterHasCommittedIsLost(String lastOpenedBy) throws Exception {
    List<Path> busy = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      busy.add(Files.copy(db, db.resolveSibling("busy" + i + ".db")));
    }
    Path[] others = busy.toArray(new Path[0]);
    try (var other = open(GuardedJvm.jvm().unguarded(), others);
        var app = open(GuardedJvm.jvm().options("exit-timeout=2s,check=off"), others)) {
      for (Path file : others) {
        app.ok("sql", file.toString(), INSERT);
        other.ok("sql", file.toString(), "BEGIN IMMEDIATE");
      }
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", INSERT);
      app.ok("open", "b", lastOpenedBy, "jdbc:sqlite:" + db);
      app.ok("counter", "a", INSERT);
      long committed =
          app.terminate().output().stream().filter(line -> line.equals("committed")).count();
      assertTrue(committed > 0);
      assertEquals(List.of("ok"), Databases.query(db, "PRAGMA integrity_check"));
      int rows = Databases.rows(db);
      assertTrue(rows >= ROWS + 1 + committed, rows + " rows, committed " + committed);
    }
  }

  @Test
  void anotherProcessKeepsItsReadLocksAndItsSnapshot() throws Exception {
    Path sharedMemory = Databases.beside(db, "-shm");
    try (var other = open(GuardedJvm.jvm().unguarded(), db)) {
      other.ok("sql", db.toString(), "BEGIN");
      assertEquals("50", other.say("sql", db.toString(), COUNT));
      List<String> locks = KernelView.locks(other.pid(), db);
      List<String> walLocks = KernelView.locks(other.pid(), sharedMemory);
      assertFalse(walLocks.isEmpty());
      try (var app = open(GuardedJvm.jvm().options("exit-timeout=1s"), db)) {
        app.ok("sql", db.toString(), INSERT);
        assertEquals(0, app.end("exit", "0").exitCode());
      }
      assertEquals(locks, KernelView.locks(other.pid(), db));
      assertEquals(walLocks, KernelView.locks(other.pid(), sharedMemory));
      assertEquals("50", other.say("sql", db.toString(), COUNT));
      other.ok("sql", db.toString(), "COMMIT");
      assertEquals("51", other.say("sql", db.toString(), COUNT));
    }
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void anotherProcessKeepsItsWriteLockAndCommits() throws Exception {
    Path sharedMemory = Databases.beside(db, "-shm");
    try (var app = open(GuardedJvm.jvm().options("exit-timeout=1s"), db);
        var other = open(GuardedJvm.jvm().unguarded(), db)) {
      app.ok("sql", db.toString(), INSERT);
      other.ok("sql", db.toString(), "BEGIN IMMEDIATE");
      other.ok("sql", db.toString(), INSERT);
      List<String> locks = KernelView.locks(other.pid(), db);
      List<String> walLocks = KernelView.locks(other.pid(), sharedMemory);
      assertTrue(walLocks.toString().contains("WRITE"), walLocks.toString());
      assertEquals(0, app.end("exit", "0").exitCode());
      assertEquals(locks, KernelView.locks(other.pid(), db));
      assertEquals(walLocks, KernelView.locks(other.pid(), sharedMemory));
      other.ok("sql", db.toString(), "COMMIT");
      assertEquals("52", other.say("sql", db.toString(), COUNT));
    }
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS + 2, Databases.rows(db));
  }

  @Test
  void theTimeoutIsForAllDatabasesTogetherAndEveryOneLeftIsNamed() throws Exception {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      files.add(Files.copy(db, db.resolveSibling("busy" + i + ".db")));
    }
    Path[] all = files.toArray(new Path[0]);
    try (var app = open(GuardedJvm.jvm().options("exit-timeout=1s,check=off"), all);
        var other = open(GuardedJvm.jvm().unguarded(), all)) {
      for (Path file : all) {
        other.ok("sql", file.toString(), "BEGIN");
        other.say("sql", file.toString(), COUNT);
        app.ok("sql", file.toString(), INSERT);
      }
      long start = System.nanoTime();
      var ended = app.terminate();
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(took.compareTo(Duration.ofSeconds(6)) < 0, took.toString());
      for (Path file : all) {
        assertEquals(ROWS + 1, Databases.rows(file));
        long lines =
            ended.guardLines().stream().filter(line -> line.contains(file.toString())).count();
        assertEquals(1, lines, file + ": " + ended.guardLines());
      }
    }
  }

  @Test
  void busyDatabasesTakeNoTimeAwayFromTheOthers() throws Exception {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      files.add(Files.copy(db, db.resolveSibling(i + ".db")));
    }
    List<Path> busy = files.subList(0, 12);
    try (var app =
            open(
                GuardedJvm.jvm().options("exit-timeout=1s,check=off"), files.toArray(new Path[0]));
        var other = open(GuardedJvm.jvm().unguarded(), busy.toArray(new Path[0]))) {
      for (Path file : files) {
        app.ok("sql", file.toString(), INSERT);
      }
      for (Path file : busy) {
        other.ok("sql", file.toString(), "BEGIN IMMEDIATE");
      }
      app.terminate();
      for (Path file : files.subList(12, 18)) {
        Path log = Databases.beside(file, "-wal");
        assertTrue(!Files.exists(log) || Files.size(log) == 0, log + " is folded in");
        Files.deleteIfExists(log);
        assertEquals(ROWS + 1, Databases.rows(file));
      }
    }
  }

  /** The first attempt has no patience; the second finds the log free. */
  @Test
  void aLogThatIsBusyForAWhileIsFoldedInAfterwards() throws Exception {
    try (var other = open(GuardedJvm.jvm().unguarded(), db);
        var app = open(GuardedJvm.jvm().options("exit-timeout=20s"), db)) {
      app.ok("sql", db.toString(), INSERT);
      other.ok("sql", db.toString(), "BEGIN");
      assertEquals("51", other.say("sql", db.toString(), COUNT));
      app.ok("sql", db.toString(), INSERT);
      app.tell("exit", "0");
      awaitCheckpointOrEnd(app.pid());
      other.ok("sql", db.toString(), "COMMIT");
      assertEquals(0, app.awaitEnd().exitCode());
      assertLogIsEmpty();
      assertEquals(ROWS + 2, rowsInMainFileAlone());
    }
  }

  /** WAL_CKPT_LOCK is byte 121 of the WAL-index; the kernel shows it as one with its neighbours. */
  private void awaitCheckpointOrEnd(long pid) throws Exception {
    Path sharedMemory = Databases.beside(db, "-shm");
    while (ProcessHandle.of(pid).isPresent()
        && KernelView.locks(pid, sharedMemory).stream()
            .noneMatch(lock -> lock.startsWith("WRITE") && lock.endsWith(" 121"))) {
      Thread.sleep(1);
    }
  }

  @Test
  void aConnectionWithExclusiveLockingIsNotWaitedForForEver() throws Exception {
    try (var app = GuardedJvm.jvm().options("exit-timeout=1s").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA locking_mode=EXCLUSIVE");
      app.ok("sql", "a", INSERT);
      assertEquals(143, app.terminate().exitCode());
    }
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  @Test
  void aDatabaseFirstOpenedInAShutdownHookIsFoldedInToo() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("hookopen", "jdbc:sqlite:" + db, INSERT);
      assertEquals(143, app.terminate().exitCode());
    }
    assertLogIsEmpty();
    assertEquals(ROWS + 1, rowsInMainFileAlone());
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void aRepairedDatabaseIsFoldedIn() throws Exception {
    open(GuardedJvm.jvm(), db).end("return");
    Databases.damage(db, "t", 1);
    try (var app = open(GuardedJvm.jvm(), db)) {
      app.ok("sql", db.toString(), INSERT);
      assertTrue(Files.size(wal) > 0);
      app.terminate();
    }
    assertTrue(Files.exists(Databases.beside(db, ".corrupt")));
    assertLogIsEmpty();
    assertEquals(ROWS + 1, rowsInMainFileAlone());
  }
}
