package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options do, seen from outside. */
class OptionsIT {
  @TempDir Path directory;
  private Path a;
  private Path b;

  @BeforeEach
  void makeDatabases() throws Exception {
    a = directory.resolve("a.db");
    b = directory.resolve("b,c.db");
    Databases.create(a, 30);
    Databases.create(b, 30);
  }

  /** Opens both and leaves a WAL behind. */
  private GuardedJvm.Ended openBoth(GuardedJvm jvm) throws Exception {
    try (var app = jvm.start()) {
      for (Path db : List.of(a, b)) {
        String name = db.getFileName().toString();
        app.ok("open", name, "drivermanager", "jdbc:sqlite:" + db);
        assertEquals("wal", app.say("sql", name, "PRAGMA journal_mode=WAL"));
        app.ok("sql", name, "INSERT INTO t(x) VALUES ('new')");
      }
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      return ended;
    }
  }

  private static boolean isGuarded(Path db) throws Exception {
    boolean backedUp = Files.exists(Databases.beside(db, ".bak"));
    assertEquals(
        backedUp, Files.size(Databases.beside(db, "-wal")) == 0, "backup but no exit work");
    assertEquals(backedUp, Files.exists(Databases.beside(db, ".sqlguard")));
    return backedUp;
  }

  @Test
  void dbGuardsOnlyTheOnesNamed() throws Exception {
    openBoth(GuardedJvm.jvm().options("db=" + b.toString().replace(",", ",,")));
    assertFalse(isGuarded(a));
    assertTrue(isGuarded(b));
  }

  @Test
  void dbMayBeRelativeALinkAndGivenTwice() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), b);
    openBoth(GuardedJvm.jvm().directory(directory).options("db=a.db,db=" + link));
    assertTrue(isGuarded(a));
    assertTrue(isGuarded(b));
  }

  @Test
  void dbMayBeAHardLink() throws Exception {
    Path hard = Files.createLink(directory.resolve("hard.db"), b);
    openBoth(GuardedJvm.jvm().options("db=" + hard));
    assertFalse(isGuarded(a));
    assertTrue(isGuarded(b));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.*", "**/a.db", "*/a.db,exclude=?.db"})
  void excludeLeavesMatchingFilesAlone(String glob) throws Exception {
    openBoth(GuardedJvm.jvm().options("exclude=" + glob));
    assertFalse(isGuarded(a));
    assertTrue(isGuarded(b));
  }

  @ParameterizedTest
  @ValueSource(strings = {"argument", "property", "environment"})
  void enabledFalseIsTheKillSwitch(String place) throws Exception {
    Path backups = directory.resolve("backups");
    GuardedJvm jvm = GuardedJvm.jvm().environment("SQLGUARD_BACKUP_DIR", backups.toString());
    switch (place) {
      case "argument" -> jvm.options("enabled=false");
      case "property" -> jvm.jvmArguments("-Dsqlguard.enabled=false");
      default -> jvm.environment("SQLGUARD_ENABLED", "false");
    }
    var ended = openBoth(jvm);
    assertEquals(List.of(), ended.errors());
    assertFalse(isGuarded(a));
    assertFalse(isGuarded(b));
    assertFalse(Files.exists(backups));
  }

  @Test
  void theArgumentWinsOverThePropertyAndThatOverTheEnvironment() throws Exception {
    openBoth(
        GuardedJvm.jvm()
            .options("db=" + a)
            .jvmArguments("-Dsqlguard.db=" + directory + "/none.db", "-Dsqlguard.enabled=true")
            .environment("SQLGUARD_ENABLED", "false"));
    assertTrue(isGuarded(a));
    assertFalse(isGuarded(b));
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "warn", "off"})
  void logChoosesWhatIsSaidAndNotWhatIsDone(String level) throws Exception {
    var first = openBoth(GuardedJvm.jvm().options("log=" + level));
    assertTrue(isGuarded(a) && isGuarded(b));
    assertEquals(level.equals("info") ? 4 : 0, first.guardLines().size(), "" + first);
    for (Path db : List.of(a, b)) {
      Files.deleteIfExists(Databases.beside(db, "-wal"));
      Files.deleteIfExists(Databases.beside(db, "-shm"));
      Databases.damage(db, "t", 1);
    }
    try (var app = GuardedJvm.jvm().options("log=" + level).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + a);
      var ended = app.end("return");
      assertEquals(level.equals("off") ? 0 : 1, ended.guardLines().size(), "" + ended);
    }
    assertTrue(Files.exists(Databases.beside(a, ".corrupt")));
    assertTrue(Databases.isIntact(a));
  }

  @Test
  void aLogFileTakesAllLinesAndStandardErrorNone() throws Exception {
    Path log = directory.resolve("guard.log");
    Files.writeString(log, "kept\n");
    var ended = openBoth(GuardedJvm.jvm().options("log-file=" + log));
    assertEquals(List.of(), ended.errors());
    List<String> lines = Files.readAllLines(log);
    assertEquals("kept", lines.get(0));
    assertEquals(5, lines.size(), lines.toString());
    assertEquals(2, lines.stream().filter(line -> line.contains(a + ": ")).count());
  }

  @Test
  void aLogFileThatCannotBeWrittenLeavesTheLinesOnStandardError() throws Exception {
    var ended = openBoth(GuardedJvm.jvm().options("log-file=/no/such/folder/guard.log"));
    assertTrue(isGuarded(a) && isGuarded(b));
    assertTrue(ended.guardLines().stream().anyMatch(line -> line.contains(a + ": healthy")));
  }

  @Test
  void mistakesAreSaidOnceAndTheApplicationIsGuarded() throws Exception {
    var ended =
        openBoth(
            GuardedJvm.jvm()
                .options("backup=1,check=fast")
                .jvmArguments("-Dsqlguard.exit-timout=1s")
                .environment("SQLGUARD_EVIDENCE", "none"));
    assertTrue(isGuarded(a) && isGuarded(b));
    for (String mistake : List.of("backup ", "check=fast", "exit-timout", "evidence=none")) {
      assertEquals(
          1, ended.guardLines().stream().filter(l -> l.contains(mistake)).count(), "" + ended);
    }
  }

  @Test
  void anAbsurdlyLongExitTimeoutStillFolds() throws Exception {
    openBoth(GuardedJvm.jvm().options("exit-timeout=999999999d"));
    assertTrue(isGuarded(a) && isGuarded(b));
  }

  @Test
  void anExcludedFileIsNotTouchedThoughItIsDamaged() throws Exception {
    Databases.addRows(a, 2000);
    Databases.damage(a, "t", 2);
    byte[] damaged = Files.readAllBytes(a);
    try (var app = GuardedJvm.jvm().options("exclude=*.db").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + a);
      assertEquals(List.of(), app.end("return").errors());
    }
    assertEquals(List.of("a.db"), Databases.filesOf(a));
    assertTrue(java.util.Arrays.equals(damaged, Files.readAllBytes(a)));
  }
}
