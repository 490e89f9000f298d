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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Another process has the database open: it must not notice anything, damage or not. */
class InUseIT {
  private static final int ROWS = 400;

  private static final String READ = "SELECT id FROM t WHERE id = 1";

  private static final String WRITE = "UPDATE t SET x = 'not committed' WHERE id = 1";
  private static final String ADD = "INSERT INTO t(x) VALUES ('row of the other')";

  /** What the other process did before our application starts. */
  enum Other {
    IDLE(false, READ),
    OPENED_ONLY(false),
    READING(true, "BEGIN", READ),
    ABOUT_TO_WRITE(true, "BEGIN IMMEDIATE"),
    WRITING(true, "BEGIN", WRITE),
    LOCKED(true, "BEGIN EXCLUSIVE", WRITE),
    EXCLUSIVE(true, "PRAGMA locking_mode=EXCLUSIVE", ADD),
    WAL_IDLE(true, "PRAGMA journal_mode=WAL", READ),
    WAL_READING(true, "PRAGMA journal_mode=WAL", "BEGIN", READ),
    WAL_WRITING(true, "PRAGMA journal_mode=WAL", "BEGIN", WRITE),
    WAL_COMMITTED(true, "PRAGMA journal_mode=WAL", ADD),
    WAL_EXCLUSIVE(true, "PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", ADD);

    private final boolean holdsLocks;
    private final List<String> statements;

    Other(boolean holdsLocks, String... statements) {
      this.holdsLocks = holdsLocks;
      this.statements = List.of(statements);
    }

    private int committedRows() {
      return statements.contains(ADD) ? ROWS + 1 : ROWS;
    }
  }

  @AutoClose private static final Starts starts = Starts.with("backup-spacing=0s");
  @AutoClose private static GuardedJvm.Running other;

  @TempDir Path directory;
  private Path db;
  private Path bak;

  @BeforeAll
  static void begin() throws IOException {
    other = GuardedJvm.jvm().unguarded().start();
  }

  @BeforeEach
  void create() throws Exception {
    db = Starts.unused(directory.toRealPath());
    bak = Databases.beside(db, ".bak");
    Databases.create(db, ROWS);
  }

  private void begin(Other situation) throws IOException {
    other.ok("open", db.toString(), "drivermanager", "jdbc:sqlite:" + db);
    for (String statement : situation.statements) {
      String answer = other.say("sql", db.toString(), statement);
      assertFalse(answer.startsWith("error"), answer);
    }
    assertEquals(situation.holdsLocks, !locks().isEmpty());
  }

  /** The other process's locks on the database and its shared memory. */
  private List<String> locks() throws IOException {
    List<String> locks = new ArrayList<>(KernelView.locks(other.pid(), db));
    Path shared = Databases.beside(db, "-shm");
    if (Files.exists(shared)) {
      locks.addAll(KernelView.locks(other.pid(), shared));
    }
    return locks;
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LOCKED", "EXCLUSIVE", "WAL_EXCLUSIVE"})
  void healthyDatabaseIsBackedUpWithoutDisturbingAnybody(Other situation) throws Exception {
    begin(situation);
    List<String> locks = locks();
    Starts.Start start = starts.start(db);
    assertEquals(locks, locks());
    assertEquals("ok", start.opened());
    assertTrue(Files.exists(bak), start.lines()::toString);
    assertTrue(Databases.isIntact(bak));
    assertEquals(
        List.of(Integer.toString(situation.committedRows())),
        Databases.query(bak, "SELECT count(*) FROM t WHERE x LIKE 'row %'"));
    assertArrayEquals(new byte[] {1, 1}, Images.bytes(bak, 18, 2));
    assertOtherGoesOn();
    assertTrue(Databases.isIntact(db));
    assertEquals(situation.committedRows(), Databases.rows(db));
  }

  @ParameterizedTest
  @EnumSource(names = {"LOCKED", "EXCLUSIVE", "WAL_EXCLUSIVE"})
  void lockedDatabaseIsLeftAloneWithItsBackup(Other situation) throws Exception {
    starts.start(db);
    byte[] backup = Files.readAllBytes(bak);
    begin(situation);
    List<String> locks = locks();
    Starts.Start start = starts.start(db);
    assertEquals(locks, locks());
    assertEquals("ok", start.opened());
    assertEquals(1, start.lines().size(), start.lines()::toString);
    assertArrayEquals(backup, Files.readAllBytes(bak));
    assertFalse(Files.exists(Databases.beside(db, ".bak.1")));
    assertOtherGoesOn();
    assertTrue(Databases.isIntact(db));
    assertEquals(situation.committedRows(), Databases.rows(db));
  }

  @ParameterizedTest
  @EnumSource
  void damagedDatabaseIsNotReplacedUnderAnybody(Other situation) throws Exception {
    starts.start(db);
    assertTrue(Files.exists(bak));
    byte[] backup = Files.readAllBytes(bak);
    Databases.damage(db, "ix", 1);
    Databases.damage(db, "t", 1);
    begin(situation);
    List<String> locks = locks();
    byte[] before = Files.readAllBytes(db);
    Object inode = Files.getAttribute(db, "unix:ino");
    Starts.Start start = starts.start(db);
    assertEquals("ok", start.opened());
    assertEquals(locks, locks());
    assertEquals(inode, Files.getAttribute(db, "unix:ino"), start.lines()::toString);
    assertArrayEquals(before, Files.readAllBytes(db));
    assertArrayEquals(backup, Files.readAllBytes(bak));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
    assertOtherGoesOn();
  }

  private void assertOtherGoesOn() throws IOException {
    other.say("sql", db.toString(), "COMMIT");
    assertEquals(
        "ok", other.say("sql", db.toString(), "UPDATE t SET x = 'row of the other' WHERE id = 2"));
    other.ok("close", db.toString());
  }

  @Test
  void guardsOfTwoProcessesTakeTurnsOnADatabaseWithALog() throws Exception {
    leaveALog();
    startTogether(2, ROWS + 1);
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
    Databases.damage(db, "t", 1);
    leaveALog();
    assertFalse(Databases.isIntact(db));
    byte[] log = Files.readAllBytes(Databases.beside(db, "-wal"));
    byte[] damaged = Files.readAllBytes(db);
    startTogether(2, ROWS + 2);
    assertTrue(Databases.isIntact(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertArrayEquals(log, Files.readAllBytes(Databases.beside(db, ".corrupt-wal")));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt.1")));
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), name);
    }
  }

  private void leaveALog() throws Exception {
    try (var other = GuardedJvm.jvm().unguarded().start()) {
      other.ok("open", "o", "drivermanager", "jdbc:sqlite:" + db);
      other.say("sql", "o", "PRAGMA journal_mode=WAL");
      other.ok("sql", "o", "INSERT INTO t(x) VALUES ('logged')");
      other.kill();
    }
    assertTrue(Files.size(Databases.beside(db, "-wal")) > 0);
  }

  private void startTogether(int count, int rows) throws Exception {
    List<GuardedJvm.Running> apps = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        apps.add(GuardedJvm.jvm().start());
      }
      for (var app : apps) {
        app.tell("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        app.tell("sql", "a", "SELECT count(*) FROM t NOT INDEXED");
      }
      for (var app : apps) {
        assertEquals(List.of("ok", Integer.toString(rows)), app.end("return").output());
      }
    } finally {
      for (var app : apps) {
        app.close();
      }
    }
  }

  @Test
  void guardsOfFourProcessesTakeTurns() throws Exception {
    startFour();
    assertEquals(ROWS, Databases.rows(db));
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    startFour();
    assertEquals(ROWS, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt.1")));
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), name);
    }
  }

  private void startFour() throws Exception {
    List<GuardedJvm.Running> apps = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        apps.add(GuardedJvm.jvm().start());
      }
      for (var app : apps) {
        app.tell("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      }
      for (var app : apps) {
        assertEquals(List.of("ok"), app.end("return").output());
      }
    } finally {
      for (var app : apps) {
        app.close();
      }
    }
  }
}
