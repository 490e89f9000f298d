package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However the agent is put on a command line, the application starts, guarded. */
class AgentOnTheCommandLineIT {
  @TempDir Path directory;

  private Path database() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    return db;
  }

  private static GuardedJvm.Ended openAndReturn(GuardedJvm jvm, Path db) throws Exception {
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("20", app.say("sql", "a", "SELECT count(*) FROM t"));
      return app.end("return");
    }
  }

  @Test
  void theSameJarTwiceGuardsOnce() throws Exception {
    Path db = database();
    var ended = openAndReturn(GuardedJvm.jvm().jvmArguments("-javaagent:" + GuardedJvm.AGENT), db);
    assertEquals(0, ended.exitCode());
    assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
  }

  @Test
  void twoCopiesOfTheJarGuardOnce() throws Exception {
    Path db = database();
    Path copy = Files.copy(GuardedJvm.AGENT, directory.resolve("copy.jar"));
    var ended = openAndReturn(GuardedJvm.jvm().jvmArguments("-javaagent:" + copy), db);
    assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          '', 0
          '=', 0
          '==value', 1
          '=garbage', 1
          '=exclude=[', 1
          '=\u00fc=\u00e4', 1
          '=backups=2,backups=3', 1
          '=no-such=1,backups=many,exit-timeout=-5s,enabled=perhaps', 4
          """)
  void anyArgumentStartsTheApplicationGuarded(String argument, int complaints) throws Exception {
    Path db = database();
    var ended =
        openAndReturn(
            GuardedJvm.jvm().unguarded().jvmArguments("-javaagent:" + GuardedJvm.AGENT + argument),
            db);
    assertEquals(0, ended.exitCode());
    assertEquals(List.of(), ended.otherErrors());
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
    assertEquals(complaints + 1, ended.guardLines().size(), ended.errors().toString());
  }

  @Test
  void theJarMayLieInAFolderOfAnyName() throws Exception {
    Path db = database();
    Path home = Files.createDirectory(directory.resolve("100%25 +#!&; \u00fc [x]{y}"));
    Path jar = Files.copy(GuardedJvm.AGENT, home.resolve("sql guard.jar"));
    var ended = openAndReturn(GuardedJvm.jvm().unguarded().jvmArguments("-javaagent:" + jar), db);
    assertEquals(0, ended.exitCode());
    assertTrue(Databases.filesOf(db).contains("app.db.bak"), ended.errors().toString());
  }

  @Test
  void theJarMayBeNamedRelativeToTheDirectory() throws Exception {
    Path db = database();
    Files.copy(GuardedJvm.AGENT, directory.resolve("guard.jar"));
    var ended =
        openAndReturn(
            GuardedJvm.jvm().unguarded().directory(directory).jvmArguments("-javaagent:guard.jar"),
            db);
    assertTrue(Databases.filesOf(db).contains("app.db.bak"), ended.errors().toString());
  }

  /** A deployment replaces the file under a running JVM that hasn't opened a database yet. */
  @Test
  void theJarMayVanishBeforeTheFirstOpen() throws Exception {
    Path db = database();
    Path jar = Files.copy(GuardedJvm.AGENT, directory.resolve("guard.jar"));
    try (var app = GuardedJvm.jvm().unguarded().jvmArguments("-javaagent:" + jar).start()) {
      app.say("interrupted");
      Files.delete(jar);
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("20", app.say("sql", "a", "SELECT count(*) FROM t"));
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    }
  }

  @Test
  void aJdkCutDownToWhatTheApplicationNeedsIsEnough() throws Exception {
    Path db = database();
    var ended =
        openAndReturn(
            GuardedJvm.jvm().jvmArguments("--limit-modules", "java.base,java.sql,java.instrument"),
            db);
    assertEquals(0, ended.exitCode());
    assertTrue(Databases.filesOf(db).contains("app.db.bak"), ended.errors().toString());
  }
}
