package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.slow.App;
import dev.sqlguard.it.slow.JDBC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Disks that hang and checks that don't end hold no application up for longer than it allows. */
class TimeLimitsIT {
  private static final int ROWS = 50;
  private static final String WORKER = "sqlguard-start";

  @TempDir Path temporary;
  @AutoClose private final Mounts mounts = new Mounts();

  private Path directory;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    directory = Files.createDirectory(temporary.toRealPath().resolve("data"));
    db = directory.resolve("app.db");
    Databases.create(db, ROWS);
  }

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  private static boolean isAtWork(long pid) throws IOException {
    try (var threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads) {
        Path name = thread.resolve("comm");
        if (Files.exists(name) && Files.readString(name).trim().equals(WORKER)) {
          return true;
        }
      }
    }
    return false;
  }

  private static void awaitEndOfWork(GuardedJvm.Running app) throws Exception {
    while (isAtWork(app.pid())) {
      Thread.sleep(5);
    }
  }

  private void assertGuardedAtTheNextStart(String options) throws Exception {
    try (var app = GuardedJvm.jvm().options(options).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      var ended = app.end("return");
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      assertTrue(ended.guardLines().get(0).contains("healthy"), ended.guardLines().toString());
    }
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), name);
    }
  }

  /** The application's open, and its end, while the check goes on. */
  @ParameterizedTest
  @MethodSource("javas")
  void aCheckThatDoesNotEndIsLeftBehind(Path java) throws Exception {
    var ended =
        GuardedJvm.jvm()
            .java(java)
            .options("start-timeout=500ms")
            .jvmArguments("-D" + JDBC.DELAY + "=1000000", "-D" + App.INTERRUPTED + "=true")
            .program(App.class.getName(), db.toString(), db.toString())
            .run();
    assertEquals(3, ended.exitCode());
    assertEquals(List.of("sqlite opens " + db, "sqlite opens " + db), ended.output());
    assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    String line = ended.guardLines().get(0);
    assertTrue(line.startsWith("sqlguard: " + db + ": start-timeout (500 ms)"), line);
    assertFalse(line.contains("check=quick"), "it takes as long");
    assertEquals(List.of(), ended.otherErrors());
    assertGuardedAtTheNextStart("");
  }

  /** What is left behind may be there as long as the JVM: that needs neither it nor its disk. */
  @Test
  void aDiskThatNeverAnswersHoldsUpNeitherOpensNorTheEnd() throws Exception {
    Path backup = Files.createFile(Databases.beside(db, ".bak"));
    try (HungDisk disk = HungDisk.over(backup);
        var app = GuardedJvm.jvm().options("start-timeout=500ms").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("open", "readonly", "drivermanager", "jdbc:sqlite:file:" + db + "?mode=ro");
      app.ok("open", "b", "hikari", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.say("sql", "a", "PRAGMA wal_autocheckpoint=0");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('late')");
      assertTrue(isAtWork(app.pid()));
      var ended = app.end("exit", "3");
      assertEquals(3, ended.exitCode());
      assertEquals(2, ended.guardLines().size(), ended.errors().toString());
      assertTrue(ended.guardLines().get(1).contains("folded in"), ended.errors().toString());
    }
    Files.delete(backup);
    assertEquals(ROWS + 1, Databases.rows(db));
    assertGuardedAtTheNextStart("");
  }

  /** It hangs while the guard copies, with a descriptor of the database in its hand. */
  @Test
  void whoComesBackFromAHungDiskTakesNoLockAway() throws Exception {
    Shell.assumePresent();
    Path backups = Files.createDirectory(directory.resolve("backups"));
    Databases.execute(
        db,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)"
            + " INSERT INTO t(x) SELECT zeroblob(2000000) FROM n");
    Path image = directory.resolve("disk");
    String options = "start-timeout=5s,backup-dir=" + backups;
    try (FrozenDisk disk = FrozenDisk.at(backups, image, 400_000_000, mounts);
        var app = GuardedJvm.jvm().options(options).start()) {
      app.tell("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      while (find(backups, ".sqlguard-staged") == null && app.errorsSoFar().isEmpty()) {
        Thread.onSpinWait();
      }
      disk.freeze();
      assertEquals("ok", app.answer());
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('of the application')");
      assertTrue(isAtWork(app.pid()));
      assertEquals(2, KernelView.descriptors(app.pid(), db), "the guard's and the application's");
      List<String> locks = KernelView.locks(app.pid(), db);
      assertEquals(2, locks.size(), locks.toString());
      disk.thaw();
      awaitEndOfWork(app);
      assertEquals(locks, KernelView.locks(app.pid(), db));
      assertEquals(2, KernelView.descriptors(app.pid(), db));
      try (Shell other = new Shell(db, 0)) {
        assertTrue(Shell.isBusy(other.say("BEGIN IMMEDIATE")));
        app.ok("sql", "a", "COMMIT");
        assertEquals("", other.say("BEGIN IMMEDIATE"));
      }
      var ended = app.end("exit", "0");
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      assertFalse(hasBackup(backups));
    }
    assertGuardedAtTheNextStart("backup-dir=" + backups);
    assertTrue(hasBackup(backups));
    assertNull(find(backups, ".sqlguard-staged"));
  }

  private static boolean hasBackup(Path backups) throws IOException {
    return find(backups, ".bak") != null;
  }

  private static Path find(Path backups, String ending) throws IOException {
    try (var files = Files.newDirectoryStream(backups)) {
      for (Path file : files) {
        if (file.getFileName().toString().endsWith(ending)) {
          return file;
        }
      }
    }
    return null;
  }

  /** Backups lie beside the database then, as with every directory that is of no use. */
  @Test
  void aBackupDirectoryThatNeverAnswersIsLeftOut() throws Exception {
    Path backups = Files.createDirectory(directory.resolve("backups"));
    try (HungDisk disk = HungDisk.over(backups);
        var app =
            GuardedJvm.jvm()
                .options("start-timeout=2s,backup-dir=" + backups.resolve("of-this-one"))
                .start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      var ended = app.end("exit", "3");
      assertEquals(3, ended.exitCode());
      assertEquals(2, ended.guardLines().size(), ended.errors().toString());
      assertTrue(ended.guardLines().get(0).contains("backup-dir"), ended.errors().toString());
    }
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  /** The exit worker looks for a log, and hears nothing. */
  @Test
  void aDiskThatNeverAnswersAtTheEndHoldsNothingUp() throws Exception {
    Path second = directory.resolve("second.db");
    Databases.create(second, ROWS);
    try (var app = GuardedJvm.jvm().options("exit-timeout=500ms,check=off").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + second);
      try (HungDisk disk = HungDisk.over(Files.createFile(Databases.beside(db, "-wal")));
          HungDisk other = HungDisk.over(Files.createFile(Databases.beside(second, "-wal")))) {
        var ended = app.end("exit", "3");
        assertEquals(3, ended.exitCode());
        assertOneLineEach(ended, db, second);
      }
    }
  }

  /** SQLite itself hangs in it, on behalf of the guard. */
  @Test
  void aCheckpointThatNeverReturnsHoldsNothingUp() throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('in the log')");
      app.kill();
    }
    Path index = Databases.beside(db, "-shm");
    Files.write(index, new byte[0]);
    try (HungDisk disk = HungDisk.over(index);
        var app = GuardedJvm.jvm().options("exit-timeout=500ms,check=off").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      var ended = app.end("exit", "3");
      assertEquals(3, ended.exitCode());
      assertOneLineEach(ended, db);
    }
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  private static void assertOneLineEach(GuardedJvm.Ended ended, Path... databases) {
    List<String> lines = ended.guardLines();
    assertEquals(databases.length, lines.size(), lines.toString());
    for (Path file : databases) {
      String start = "sqlguard: " + file + ": exit-timeout is over";
      assertTrue(lines.stream().anyMatch(line -> line.startsWith(start)), lines.toString());
    }
  }
}
