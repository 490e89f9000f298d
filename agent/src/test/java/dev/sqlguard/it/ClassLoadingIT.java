package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.unrelated.DB;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which classes the guard brings into a JVM, read from the JVM's own log. */
class ClassLoadingIT {
  @TempDir Path directory;

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  private Set<String> classesLoaded(GuardedJvm jvm) throws Exception {
    Path log = directory.resolve("classes.log");
    var ended = jvm.jvmArguments("-Xlog:class+load:file=" + log + "::filecount=0").run();
    assertEquals(0, ended.exitCode(), ended.errors().toString());
    Set<String> names = new TreeSet<>();
    for (String line : Files.readAllLines(log)) {
      String[] words = line.replaceFirst("^(\\[[^]]*\\])*\\s*", "").split(" ");
      names.add(words[0]);
    }
    assertTrue(names.contains("java.lang.Object"), "the log can't be read");
    return names;
  }

  private static Set<String> startingWith(Set<String> names, String... prefixes) {
    Set<String> found = new TreeSet<>();
    for (String name : names) {
      for (String prefix : prefixes) {
        if (name.startsWith(prefix) && !name.startsWith("dev.sqlguard.it.")) {
          found.add(name);
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("javas")
  void aJvmThatNeverOpensSqliteLoadsTheEntryAlone(Path java) throws Exception {
    Set<String> names = classesLoaded(GuardedJvm.jvm().java(java).program(DB.class.getName()));
    assertTrue(names.contains(DB.class.getName()));
    Set<String> ours = startingWith(names, "dev.sqlguard.", "net.bytebuddy", "java.lang.SqlGuard");
    assertTrue(ours.contains("dev.sqlguard.entry.SqlGuardAgent"));
    ours.removeIf(name -> name.startsWith("dev.sqlguard.entry."));
    assertEquals(Set.of(), ours);
  }

  @Test
  void andNoClassOfTheJdkThatAnEmptyAgentWouldNotLoad() throws Exception {
    Path application = directory.resolve("application.jar");
    new JarMaker(application).addClass(DB.class).close();
    Path empty = directory.resolve("empty.jar");
    new JarMaker(empty, "Premain-Class", EmptyAgent.class.getName())
        .addClass(EmptyAgent.class)
        .close();
    Set<String> baseline =
        classesLoaded(
            GuardedJvm.jvm()
                .unguarded()
                .classPath(application)
                .jvmArguments("-javaagent:" + empty)
                .program(DB.class.getName()));
    Set<String> ours =
        classesLoaded(GuardedJvm.jvm().classPath(application).program(DB.class.getName()));
    ours.removeAll(baseline);
    ours.removeIf(name -> name.startsWith("dev.sqlguard.entry."));
    ours.removeIf(name -> name.startsWith("java.lang.invoke.LambdaForm$MH/"));
    // Loaded by the verifier, for the entry's handlers.
    ours.removeIf(name -> name.endsWith("Exception"));
    assertEquals(Set.of(), ours);
  }

  @ParameterizedTest
  @MethodSource("javas")
  void aGuardedOpenTouchesNeitherLoggingNorManagementNorAnotherSqlite(Path java) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 50);
    Set<String> names =
        classesLoaded(
            GuardedJvm.jvm()
                .java(java)
                .program(LooksAround.class.getName(), "return", db.toString(), db + "/none"));
    assertTrue(names.contains("dev.sqlguard.guard.Guard"));
    assertEquals(
        Set.of(),
        startingWith(names, "java.util.logging.", "java.lang.management.", "sun.management"));
    Set<String> bytebuddy = startingWith(names, "net.bytebuddy.");
    bytebuddy.removeIf(name -> name.startsWith("net.bytebuddy.jar.asm."));
    assertEquals(Set.of(), bytebuddy);
    assertTrue(Files.exists(Databases.beside(db, ".bak")));
    assertEquals(
        Set.of(),
        startingWith(
            names,
            "dev.sqlguard.salvage.",
            "dev.sqlguard.guard.Repair",
            "dev.sqlguard.repair.Ladder",
            "dev.sqlguard.repair.Rung",
            "dev.sqlguard.repair.Candidate",
            "dev.sqlguard.repair.Account",
            "dev.sqlguard.repair.IncidentReport"),
        "a healthy start needs nothing of a repair");
    assertEquals(
        Set.of(),
        startingWith(
            names,
            "dev.sqlguard.store.Lease",
            "dev.sqlguard.store.Revoked",
            "dev.sqlguard.guard.TimedVisit",
            "dev.sqlguard.agent.NewDirectory"),
        "nor of a limit of time");
  }

  /**
   * With a driver that has no class of sqlite-jdbc: every one that is loaded would be the guard's.
   */
  @Test
  void aHealthyStartLoadsNoSqliteOfTheGuards() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 50);
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    DriverPrograms.Driver driver = DriverPrograms.bundled();
    try (var app = driver.start("")) {
      assertEquals("ok", driver.open(app, "c", db));
      app.end("return");
    }
    Databases.execute(db, "INSERT INTO t(x) VALUES('later')");
    Path log = directory.resolve("sqlite.log");
    driver
        .jvm()
        .jvmArguments(
            "-Xlog:class+load:file=" + log + "::filecount=0", "-Djava.io.tmpdir=" + temporary);
    try (var app = driver.start("")) {
      assertEquals("ok", driver.open(app, "c", db));
      app.end("return");
    }
    String classes = Files.readString(log);
    assertTrue(classes.contains("dev.sqlguard.scan.Scan "));
    assertFalse(classes.contains(" org.sqlite."));
    assertEquals(51, Databases.rows(Databases.beside(db, ".bak")));
    try (var files = Files.list(temporary)) {
      assertEquals(
          List.of(), files.filter(file -> file.toString().contains("sqlitejdbc")).toList());
    }
  }
}
