package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM that says it is too old. */
class OldJavaIT {
  @TempDir Path directory;
  private Path pretender;

  @BeforeEach
  void makePretender() throws Exception {
    pretender = directory.resolve("pretender.jar");
    new JarMaker(pretender, "Premain-Class", PretendedVersion.class.getName())
        .addClass(PretendedVersion.class)
        .close();
  }

  private GuardedJvm jvm(String version) {
    return GuardedJvm.jvm().jvmArguments("-javaagent:" + pretender + "=" + version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8", "11"})
  void isToldOnceAndTheApplicationRunsUnguarded(String version) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    try (var app = jvm(version).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("20", app.say("sql", "a", "SELECT count(*) FROM t"));
      var ended = app.end("exit", "7");
      assertEquals(7, ended.exitCode());
      assertEquals(
          List.of(
              "sqlguard: needs Java 17 or newer; this JVM is " + version + "; the guard is off"),
          ended.errors());
    }
    assertEquals(List.of("app.db"), Databases.filesOf(db));
  }

  @Test
  void isToldOnceThoughTheAgentIsGivenTwice() throws Exception {
    var ended =
        GuardedJvm.jvm()
            .unguarded()
            .jvmArguments(
                "-javaagent:" + pretender + "=1.8",
                "-javaagent:" + GuardedJvm.AGENT,
                "-javaagent:" + GuardedJvm.AGENT)
            .run();
    assertEquals(0, ended.exitCode());
    assertEquals(1, ended.errors().size(), ended.errors().toString());
  }

  @Test
  void isDistinguishedFromOneOfTheFuture() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    try (var app = jvm("99").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(0, app.end("return").exitCode());
    }
    assertTrue(Databases.filesOf(db).contains("app.db.bak"));
  }
}
