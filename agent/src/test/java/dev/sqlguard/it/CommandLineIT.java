package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code java -jar sqlguard.jar}, whatever it is asked. */
class CommandLineIT {
  @TempDir Path directory;

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  @Test
  void helpGoesToStandardOutput() throws Exception {
    GuardedJvm.Ended ended = Command.run("--help");
    assertEquals(0, ended.exitCode());
    assertEquals(List.of(), ended.errors());
    String text = String.join("\n", ended.output());
    for (String word : List.of("check", "salvage", "status", "restore", "attach", "Exit codes")) {
      assertTrue(text.contains(word), text);
    }
  }

  @Test
  void versionNamesTheCarriedSqlite() throws Exception {
    GuardedJvm.Ended ended = Command.run("--version");
    assertEquals(0, ended.exitCode());
    assertTrue(ended.output().get(0).matches("sqlguard \\d+\\.\\d+.*"), ended.output()::toString);
    assertTrue(ended.output().get(1).matches("sqlite-jdbc 3\\.\\d+\\..*"));
  }

  @Test
  void withoutACommandItSaysWhichThereAre() throws Exception {
    GuardedJvm.Ended ended = Command.run();
    assertEquals(64, ended.exitCode());
    assertEquals(List.of(), ended.output());
    assertEquals(1, ended.errors().size(), ended.errors()::toString);
    assertTrue(ended.errors().get(0).contains("check, salvage, status, restore or attach"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8", "11"})
  void anOlderJvmSaysWhatItNeeds(String version) throws Exception {
    Path pretender = directory.resolve("pretender.jar");
    new JarMaker(pretender, "Premain-Class", PretendedVersion.class.getName())
        .addClass(PretendedVersion.class)
        .close();
    GuardedJvm jvm =
        GuardedJvm.jvm().unguarded().jvmArguments("-javaagent:" + pretender + "=" + version);
    GuardedJvm.Ended ended = Command.on(jvm, GuardedJvm.AGENT, "--version");
    assertEquals(64, ended.exitCode());
    assertEquals(
        List.of("sqlguard: needs Java 17 or newer; this JVM is " + version), ended.errors());
  }

  /** Its SQLite is a native library, about which newer JDKs have something to say. */
  @ParameterizedTest
  @MethodSource("javas")
  void everyJvmKeepsQuiet(Path java) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    GuardedJvm jvm = GuardedJvm.jvm().unguarded().java(java);
    GuardedJvm.Ended ended = Command.on(jvm, GuardedJvm.AGENT, "status", "--check", db);
    assertEquals(List.of(), ended.errors());
    assertEquals(0, ended.exitCode(), ended.output()::toString);
  }

  /** JAVA_TOOL_OPTIONS reaches the command too. */
  @Test
  void theAgentLeavesTheCommandAlone() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    GuardedJvm.Ended ended =
        Command.on(GuardedJvm.jvm(), GuardedJvm.AGENT, "status", "--check", db);
    assertEquals(List.of(), ended.errors());
    assertEquals(0, ended.exitCode());
    assertEquals(List.of("app.db"), Databases.filesOf(db));
  }

  /** And nothing of it is in the agent's way. */
  @Test
  void theAgentLoadsNoClassOfTheCommand() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    try (var app = GuardedJvm.jvm().jvmArguments("-Xlog:class+load:file=" + log()).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    String loaded = Files.readString(log());
    assertTrue(loaded.contains("dev.sqlguard.entry.SqlGuardAgent"));
    for (String name :
        List.of("SqlGuardCommand", "dev.sqlguard.cli", "picocli", "dev.sqlguard.agent.Command")) {
      assertFalse(loaded.contains(name), name);
    }
  }

  private Path log() {
    return directory.resolve("classes.log");
  }
}
