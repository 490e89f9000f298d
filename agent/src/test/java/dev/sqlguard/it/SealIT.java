package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With {@code check=auto}: a start after a clean exit neither checks nor copies what has not been
 * touched since. Whether a JVM has checked anything is read from its own log of classes. One JVM
 * has come to a clean end with the databases of all tests.
 */
class SealIT {
  private static final int ROWS = 300;
  private static final String READ = "SELECT count(*) FROM t";
  private static final String WRITE = "INSERT INTO t(x) VALUES ('one more')";
  private static final String SCAN = " dev.sqlguard.scan.Scan ";

  @TempDir static Path directory;

  private Path db;
  private Path bak;
  private int logs;

  /** A JVM that uses one database, and says whether it has checked it. */
  private final class Session implements AutoCloseable {
    private final Path classes = directory.resolve("classes-" + db.getFileName() + logs++);
    private final GuardedJvm.Running app;

    Session(String options) throws IOException {
      app =
          GuardedJvm.jvm()
              .options(options)
              .jvmArguments("-Xlog:class+load:file=" + classes + "::filecount=0")
              .start();
    }

    Session(String options, String... statements) throws IOException {
      this(options);
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      for (String statement : statements) {
        assertFalse(app.say("sql", "a", statement).startsWith("error"), statement);
      }
    }

    /** Comes to a clean end, with its connection open. */
    boolean hasChecked() throws IOException {
      assertEquals(0, app.end("return").exitCode());
      return hasLoadedTheCheck();
    }

    /** The same, having said nothing. */
    boolean hasCheckedInSilence() throws IOException {
      var ended = app.end("return");
      assertEquals(List.of(), ended.errors());
      return hasLoadedTheCheck();
    }

    boolean hasLoadedTheCheck() throws IOException {
      String log = Files.readString(classes);
      assertTrue(log.contains(" dev.sqlguard.guard.Guard "), "the log can't be read");
      return log.contains(SCAN);
    }

    @Override
    public void close() throws IOException {
      app.close();
    }
  }

  private boolean checks(String options, String... statements) throws IOException {
    try (Session session = new Session(options, statements)) {
      return session.hasChecked();
    }
  }

  private static Path of(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName();
    boolean wal = test.getDisplayName().contains("wal");
    return directory.resolve(name + (wal ? "-in-wal-mode" : "") + ".db");
  }

  @BeforeAll
  static void oneCleanExitForAll() throws Exception {
    directory = directory.toRealPath();
    List<Path> all = new ArrayList<>();
    for (var method : SealIT.class.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)
          || method.isAnnotationPresent(ParameterizedTest.class)) {
        all.add(directory.resolve(method.getName() + ".db"));
        if (method.isAnnotationPresent(ParameterizedTest.class)) {
          all.add(directory.resolve(method.getName() + "-in-wal-mode.db"));
        }
      }
    }
    for (Path file : all) {
      Databases.create(file, ROWS);
      if (file.toString().contains("wal")) {
        Databases.execute(file, "PRAGMA journal_mode=WAL");
      }
    }
    try (GuardedJvm.Running app = GuardedJvm.jvm().options("check=auto").start()) {
      for (Path file : all) {
        app.ok("open", file.toString(), "drivermanager", "jdbc:sqlite:" + file);
        assertEquals("" + ROWS, app.say("sql", file.toString(), READ));
      }
      assertEquals(0, app.end("return").exitCode());
    }
  }

  @BeforeEach
  void name(TestInfo test) {
    db = of(test);
    bak = Databases.beside(db, ".bak");
  }

  private Map<String, Object> attributesOf(Path file) throws IOException {
    return new LinkedHashMap<>(Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime"));
  }

  @Test
  void whatWasOpenedWithoutLocksIsNotSealed() throws Exception {
    try (Session session = new Session("check=auto", READ)) {
      session.app.ok("open", "b", "drivermanager", "jdbc:sqlite:file:" + db + "?vfs=unix-none");
      session.app.ok("close", "b");
      assertFalse(session.hasChecked());
    }
    assertTrue(checks("check=auto", READ));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void whatIsOnlyReadIsNotCheckedAgain(String mode) throws Exception {
    var main = attributesOf(db);
    var backup = attributesOf(bak);
    for (int i = 0; i < 2; i++) {
      try (Session session = new Session("check=auto", READ)) {
        assertFalse(session.hasCheckedInSilence(), "start " + i + " in mode " + mode);
      }
    }
    assertEquals(main, attributesOf(db));
    assertEquals(backup, attributesOf(bak));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void whatIsWrittenIsCheckedAndBackedUp(String mode) throws Exception {
    assertFalse(checks("check=auto", WRITE), mode);
    assertEquals(ROWS, Databases.rows(bak));
    assertTrue(checks("check=auto", READ), mode);
    assertEquals(ROWS + 1, Databases.rows(bak));
    assertFalse(checks("check=auto", READ), mode);
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void afterAKillThereIsAFullCheck(String mode) throws Exception {
    try (Session session = new Session("check=auto", READ)) {
      session.app.kill();
      assertFalse(session.hasLoadedTheCheck());
    }
    assertTrue(checks("check=auto", READ), mode);
    assertFalse(checks("check=auto", READ), mode);
  }

  @Test
  void aFileThatWasTouchedIsChecked() throws Exception {
    Files.setLastModifiedTime(db, Files.getLastModifiedTime(db));
    assertTrue(checks("check=auto", READ));
  }

  @Test
  void damageDoneWithItsTimePutBackIsFound() throws Exception {
    FileTime time = Files.getLastModifiedTime(db);
    Databases.damage(db, "t", 1);
    Files.setLastModifiedTime(db, time);
    try (Session session = new Session("check=auto", READ)) {
      var ended = session.app.end("return");
      assertTrue(ended.guardLines().toString().contains("DAMAGED"), ended.errors().toString());
    }
    assertEquals(ROWS, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void aCopyIsChecked() throws Exception {
    Path place = Files.createDirectory(directory.resolve("copy"));
    for (String name : Databases.filesOf(db)) {
      Files.copy(directory.resolve(name), place.resolve(name));
    }
    Path state = Databases.beside(db, ".sqlguard");
    Files.copy(state, place.resolve(state.getFileName()));
    db = place.resolve(db.getFileName());
    assertTrue(checks("check=auto", READ));
    assertFalse(checks("check=auto", READ));
  }

  @Test
  void aFullCheckThatIsTooLongAgoIsMadeAgain() throws Exception {
    assertFalse(checks("check=auto", READ));
    assertTrue(checks("check=auto,full-check-every=1ms", READ));
    assertFalse(checks("check=auto", READ));
  }

  @Test
  void whereTheBackupIsGoneThereIsANewOne() throws Exception {
    Files.delete(bak);
    assertTrue(checks("check=auto", READ));
    assertEquals(ROWS, Databases.rows(bak));
  }

  @Test
  void aFullCheckIsAFullCheckAndLeavesNoSealBehind() throws Exception {
    assertTrue(checks("check=full", READ));
    assertTrue(checks("check=auto", READ));
    assertFalse(checks("check=auto", READ));
  }

  /** There is no backup to be made of what was written. */
  @Test
  void withoutBackupsTheSealAloneCounts() throws Exception {
    assertTrue(checks("check=auto,backups=0,full-check-every=0s", WRITE));
    assertFalse(checks("check=auto,backups=0", READ));
    assertEquals(ROWS, Databases.rows(bak));
    assertTrue(checks("check=auto", READ), "a backup is due");
    assertEquals(ROWS + 1, Databases.rows(bak));
  }

  @Test
  void whatAnotherProcessHasOpenIsNotSealed() throws Exception {
    try (Session one = new Session("check=auto", READ);
        Session two = new Session("check=auto", READ)) {
      assertFalse(one.hasChecked());
      assertTrue(two.hasLoadedTheCheck(), "the other one has broken the seal");
      two.app.kill();
    }
    assertTrue(checks("check=auto", READ));
  }

  @Test
  void aLogWithContentIsChecked() throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    assertTrue(checks("check=auto", READ));
    try (Session writer = new Session("enabled=false")) {
      writer.app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db).ok("sql", "a", WRITE);
      writer.app.kill();
    }
    assertTrue(Files.size(Databases.beside(db, "-wal")) > 0);
    assertTrue(checks("check=auto", READ));
    assertEquals(ROWS + 1, Databases.rows(bak));
  }
}
