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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Another process has the database open: it must not notice anything, damage or not. */
class InUseIT {
  private static final int ROWS = 400;

  private static final String READ = "SELECT id FROM t WHERE id = 1";

  /** What the other process did before our application starts. */
  enum Other {
    IDLE(true, false, InUseIT.READ),
    OPENED_ONLY(true, false),
    READING(true, true, "BEGIN", InUseIT.READ),
    ABOUT_TO_WRITE(true, true, "BEGIN IMMEDIATE"),
    WRITING(true, true, "BEGIN", "UPDATE t SET x = 'not committed' WHERE id = 1"),
    EXCLUSIVE(
        false, true, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "COMMIT", InUseIT.READ),
    WAL_IDLE(true, true, "PRAGMA journal_mode=WAL", InUseIT.READ),
    WAL_READING(true, true, "PRAGMA journal_mode=WAL", "BEGIN", InUseIT.READ),
    WAL_WRITING(
        true,
        true,
        "PRAGMA journal_mode=WAL",
        "BEGIN",
        "UPDATE t SET x = 'not committed' WHERE id = 1"),
    WAL_EXCLUSIVE(
        false,
        true,
        "PRAGMA locking_mode=EXCLUSIVE",
        "PRAGMA journal_mode=WAL",
        "UPDATE t SET x = x WHERE id = 1");

    private final boolean readable;
    private final boolean holdsLocks;
    private final List<String> statements;

    Other(boolean readable, boolean holdsLocks, String... statements) {
      this.readable = readable;
      this.holdsLocks = holdsLocks;
      this.statements = List.of(statements);
    }
  }

  private static Starts starts;
  private static GuardedJvm.Running other;

  @TempDir Path directory;
  private Path db;
  private Path bak;
  private static int databases;

  @BeforeAll
  static void begin() throws IOException {
    starts = Starts.with("backup-spacing=0s");
    other = GuardedJvm.jvm().unguarded().start();
  }

  @AfterAll
  static void end() throws IOException {
    starts.close();
    other.close();
  }

  @BeforeEach
  void create() throws Exception {
    db = directory.resolve("app-" + databases++ + ".db");
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
    List<String> inodes = new ArrayList<>();
    for (String suffix : List.of("", "-shm")) {
      Path file = Databases.beside(db, suffix);
      if (Files.exists(file)) {
        inodes.add(":" + Files.getAttribute(file, "unix:ino") + " ");
      }
    }
    try (Stream<String> lines = Files.lines(Path.of("/proc/locks"))) {
      return lines
          .map(line -> line.replaceFirst("^\\d+: ", ""))
          .filter(line -> line.contains(" " + other.pid() + " "))
          .filter(line -> inodes.stream().anyMatch(line::contains))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void healthyDatabaseIsBackedUpWithoutDisturbingAnybody(Other situation) throws Exception {
    begin(situation);
    List<String> locks = locks();
    Starts.Start start = starts.start(db);
    assertEquals(locks, locks());
    assertEquals("ok", start.opened());
    assertEquals(situation.readable, Files.exists(bak), start.lines()::toString);
    if (situation.readable) {
      assertTrue(Databases.isIntact(bak));
      assertEquals(
          List.of(Integer.toString(ROWS)),
          Databases.query(bak, "SELECT count(*) FROM t WHERE x LIKE 'row %'"));
      assertArrayEquals(new byte[] {1, 1}, Images.bytes(bak, 18, 2));
    }
    assertOtherGoesOn();
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
}
