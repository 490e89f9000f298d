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

/** {@code attach} where there is nothing to attach to, and what that does to the process. */
class AttachRefusalsIT {
  @TempDir Path directory;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = directory.resolve("app.db");
    Databases.create(db, 20);
  }

  private static void assertRefused(GuardedJvm.Ended ended, int exitCode, String... words) {
    assertEquals(exitCode, ended.exitCode(), () -> ended.output() + " " + ended.errors());
    assertEquals(List.of(), ended.output());
    for (String word : words) {
      assertTrue(ended.errors().toString().contains(word), ended.errors()::toString);
    }
  }

  /** The JVM answers as before, on an output of its own, and isn't guarded. */
  private void assertUntouched(GuardedJvm.Running app) throws Exception {
    app.ok("open", "later", "drivermanager", "jdbc:sqlite:" + db);
    assertEquals("20", app.say("sql", "later", "SELECT count(*) FROM t"));
    var ended = app.end("return");
    assertEquals(0, ended.exitCode());
    assertEquals(List.of(), ended.errors());
    assertEquals(List.of("app.db"), Databases.filesOf(db));
  }

  private static GuardedJvm.Running started(String... jvmArguments) throws Exception {
    GuardedJvm.Running app = GuardedJvm.jvm().unguarded().jvmArguments(jvmArguments).start();
    app.say("interrupted");
    return app;
  }

  @ParameterizedTest
  @ValueSource(strings = {"backups=many", "no-such-option=1", "exclude=[", "backups", "log=a\nb"})
  void wrongOptionsNeverReachTheProcess(String options) throws Exception {
    try (var app = started()) {
      var ended = Command.run("attach", app.pid(), options);
      assertRefused(ended, 64, "option", "nothing was done");
      assertEquals(2, ended.errors().size(), ended.errors()::toString);
      assertUntouched(app);
    }
  }

  @Test
  void aProcessThatHasEnded() throws Exception {
    long pid;
    try (var app = started()) {
      pid = app.pid();
      app.end("return");
    }
    assertRefused(Command.run("attach", pid), 66, "process " + pid, "doesn't exist");
  }

  @Test
  void aProcessThatIsNoJvmLivesOn() throws Exception {
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      assertRefused(Command.run("attach", other.pid()), 66, "is no JVM");
      assertTrue(other.isAlive());
    } finally {
      other.destroyForcibly();
    }
  }

  /** A JVM that takes no attachments answers the question with a list of all its threads. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:+DisableAttachMechanism",
        "-XX:+DisableAttachMechanism -XX:-UsePerfData",
        "-XX:+DisableAttachMechanism -Xrs"
      })
  void aJvmThatTakesNoAttachments(String arguments) throws Exception {
    try (var app = started(arguments.split(" "))) {
      assertRefused(Command.run("attach", app.pid()), 69, "DisableAttachMechanism");
      assertUntouched(app);
    }
  }

  @Test
  void aJvmThatLoadsNoAgents() throws Exception {
    try (var app = started("-XX:-EnableDynamicAgentLoading")) {
      assertRefused(Command.run("attach", app.pid()), 69, "-XX:-EnableDynamicAgentLoading");
      assertUntouched(app);
    }
  }

  @Test
  void aJvmWhoseOwnerSwitchedTheGuardOff() throws Exception {
    try (var app = started("-Dsqlguard.enabled=false")) {
      assertRefused(Command.run("attach", app.pid()), 69, "switched off");
    }
  }

  @Test
  void aRuntimeThatCannotAttach() throws Exception {
    try (var app = started()) {
      var ended = on("java.base,java.sql,java.instrument", app);
      assertRefused(ended, 69, "jdk.attach", System.getProperty("java.home"));
      assertRefused(on("java.base,java.sql", app), 69, "java.instrument");
      assertUntouched(app);
    }
  }

  private static GuardedJvm.Ended on(String modules, GuardedJvm.Running app) throws Exception {
    GuardedJvm jvm = GuardedJvm.jvm().unguarded().jvmArguments("--limit-modules", modules);
    return Command.on(jvm, GuardedJvm.AGENT, "attach", app.pid());
  }

  @Test
  void aProcessOfAnotherUser() throws Exception {
    try (Nobody nobody = new Nobody();
        var app = started()) {
      var ended = Command.on(nobody.unguarded(), nobody.agent(), "attach", app.pid());
      assertRefused(ended, 77, "another user");
      assertUntouched(app);
    }
  }
}
