package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ways to run a JVM, each with a program whose pool stays open. */
@Tag("matrix")
class JvmKindsIT {
  /** What {@code -javaagent} adds to the module graph, by which an archive has to be made, too. */
  private static final String AGENTS_MODULE = "--add-modules=java.instrument";

  @TempDir Path temporary;
  private Path directory;
  private Path db;

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  @BeforeEach
  void walDatabase() throws Exception {
    directory = temporary.toRealPath();
    db = GuardedStory.walDatabase(directory, "app.db");
  }

  private GuardedJvm program(Path java) throws Exception {
    return MatrixPrograms.classPathOf("pools")
        .java(java)
        .program("pools.Main", "hikari-url", db.toString());
  }

  @ParameterizedTest
  @MethodSource("javas")
  void aSmallHeapAndTheSerialCollector(Path java) throws Exception {
    GuardedStory.startsHealthyThenDamaged(
        db, program(java).jvmArguments("-XX:+UseSerialGC", "-Xmx48m"));
  }

  /** An archive of the application's classes on top of one of the JDK's, made without the agent. */
  @ParameterizedTest
  @MethodSource("javas")
  void archivesOfClasses(Path java) throws Exception {
    Path base = directory.resolve("jdk.jsa");
    Path archive = directory.resolve("app.jsa");
    GuardedJvm.jvm()
        .java(java)
        .unguarded()
        .classPath()
        .jvmArguments(AGENTS_MODULE)
        .program("-XX:SharedArchiveFile=" + base, "-Xshare:dump")
        .run();
    training(java, "-XX:SharedArchiveFile=" + base, "-XX:ArchiveClassesAtExit=" + archive).run();
    assertTrue(Files.size(archive) > 0);
    GuardedStory.startsHealthyThenDamaged(
        db, program(java).jvmArguments("-XX:SharedArchiveFile=" + archive, "-Xshare:on"));
  }

  /** JEP 483, from JDK 24 on. */
  @ParameterizedTest
  @MethodSource("javas")
  void anAheadOfTimeCache(Path java) throws Exception {
    Path configuration = directory.resolve("app.aotconf");
    Path cache = directory.resolve("app.aot");
    String recorded = "-XX:AOTConfiguration=" + configuration;
    var training = training(java, "-XX:AOTMode=record", recorded).run();
    if (!Files.exists(configuration)) {
      assertTrue(training.errors().toString().contains("Unrecognized VM option"));
      return;
    }
    training(java, "-XX:AOTMode=create", recorded, "-XX:AOTCache=" + cache).program().run();
    assertTrue(Files.size(cache) > 0);
    GuardedStory.startsHealthyThenDamaged(
        db, program(java).jvmArguments("-XX:AOTCache=" + cache, "-XX:AOTMode=on"));
  }

  private GuardedJvm training(Path java, String... arguments) throws Exception {
    Path scratch = GuardedStory.walDatabase(directory, "scratch" + arguments.length + ".db");
    return MatrixPrograms.classPathOf("pools")
        .java(java)
        .unguarded()
        .jvmArguments(AGENTS_MODULE)
        .jvmArguments(arguments)
        .program("pools.Main", "hikari-url", scratch.toString());
  }

  @ParameterizedTest
  @MethodSource("javas")
  void otherAgentsBeforeAndAfter(Path java) throws Exception {
    Path coverage = directory.resolve("jacoco.exec");
    List<Path> agents = MatrixPrograms.libraries("agents");
    String jacoco = "-javaagent:" + named(agents, "org.jacoco.agent") + "=destfile=" + coverage;
    String telemetry = "-javaagent:" + named(agents, "opentelemetry-javaagent");
    String ours = "-javaagent:" + GuardedJvm.AGENT;
    for (List<String> order :
        List.of(
            List.of(jacoco, ours),
            List.of(ours, jacoco),
            List.of(telemetry, ours),
            List.of(ours, telemetry))) {
      String name = "app" + order.hashCode() + ".db";
      Path file = GuardedStory.walDatabase(directory, name);
      GuardedStory.startsHealthyThenDamaged(
          file,
          MatrixPrograms.classPathOf("pools")
              .java(java)
              .unguarded()
              .jvmArguments(order.toArray(String[]::new))
              .jvmArguments("-Dotel.sdk.disabled=true")
              .program("pools.Main", "hikari-url", file.toString()));
    }
    assertTrue(Files.size(coverage) > 0);
  }

  private static Path named(List<Path> jars, String prefix) {
    return jars.stream()
        .filter(jar -> jar.getFileName().toString().startsWith(prefix))
        .findFirst()
        .orElseThrow();
  }

  /** JBoss's log manager has to be the first to be asked for, or it is ignored. */
  @ParameterizedTest
  @MethodSource("javas")
  void theLogManagerOfJBoss(Path java) throws Exception {
    List<Path> entries = new ArrayList<>(MatrixPrograms.libraries("agents"));
    entries.addAll(MatrixPrograms.jarAndLibraries("pools"));
    String manager = "org.jboss.logmanager.LogManager";
    GuardedJvm jvm =
        GuardedJvm.jvm()
            .java(java)
            .classPath(entries.toArray(Path[]::new))
            .jvmArguments("-Djava.util.logging.manager=" + manager)
            .program("pools.Main", "log-manager", db.toString());
    GuardedStory.startsHealthyThenDamaged(db, jvm);
  }

  @ParameterizedTest
  @MethodSource("javas")
  void theEnvironmentNamesTheAgent(Path java) throws Exception {
    GuardedJvm jvm =
        program(java)
            .unguarded()
            .environment("JAVA_TOOL_OPTIONS", "-javaagent:" + GuardedJvm.AGENT);
    GuardedStory.startsHealthyThenDamaged(db, jvm);
  }

  /** The driver needs a place for its native library; the guard needs none. */
  @ParameterizedTest
  @MethodSource("javas")
  void aTemporaryDirectoryThatIsReadOnlyOrNoexec(Path java) throws Exception {
    Path natives = Files.createDirectory(directory.resolve("natives"));
    Path temp = Files.createDirectory(directory.resolve("temp"));
    for (String option : List.of("ro", "noexec")) {
      String mount = "mount -t tmpfs -o " + option + " tmpfs '" + temp + "' && exec \"$@\"";
      String[] apart = {"unshare", "-m", "sh", "-c", mount, "sh"};
      assumeTrue(succeeds(apart, "true"), "needs a mount namespace of its own");
      Path file = GuardedStory.walDatabase(directory, option + ".db");
      GuardedStory.startsHealthyThenDamaged(
          file,
          MatrixPrograms.classPathOf("pools")
              .java(java)
              .prefix(apart)
              .jvmArguments("-Djava.io.tmpdir=" + temp, "-Dorg.sqlite.tmpdir=" + natives)
              .program("pools.Main", "hikari-url", file.toString()));
    }
  }

  /** What jlink leaves out has to be asked for; with these three modules nothing else is needed. */
  @ParameterizedTest
  @MethodSource("javas")
  void aRuntimeImageOfThreeModules(Path java) throws Exception {
    Path[] classPath = MatrixPrograms.jarAndLibraries("containers").toArray(Path[]::new);
    GuardedStory.startsHealthyThenDamaged(
        db,
        GuardedJvm.jvm()
            .java(link(java, "java.base,java.sql,java.instrument"))
            .classPath(classPath)
            .program("modules.Main", db.toString()));
    var refused =
        GuardedJvm.jvm()
            .java(link(java, "java.base,java.sql"))
            .classPath(classPath)
            .program("modules.Main", db.toString())
            .run();
    assertEquals(1, refused.exitCode());
    String said = refused.output() + "" + refused.errors();
    assertTrue(said.contains("java.instrument"), said);
  }

  private Path link(Path java, String modules) throws Exception {
    Path jlink = java.resolve("bin/jlink");
    assumeTrue(Files.exists(jlink), "needs jlink");
    Path image = directory.resolve("image-" + modules);
    String[] command = {jlink.toString(), "--add-modules", modules, "--output", image.toString()};
    assertTrue(succeeds(command));
    return image;
  }

  private static boolean succeeds(String[] command, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of(more));
    return new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
