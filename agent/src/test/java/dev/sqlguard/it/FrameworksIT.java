package dev.sqlguard.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs that open their database through a pool or framework are guarded from their first open
 * to their end, and say what they say without the guard. Each adds one row and prints the count.
 */
@Tag("matrix")
class FrameworksIT {
  @TempDir Path temporary;
  private Path db;

  @BeforeEach
  void walDatabase() throws Exception {
    db = GuardedStory.walDatabase(temporary.toRealPath(), "app.db");
  }

  static List<Arguments> programs() throws Exception {
    List<Arguments> programs = new ArrayList<>();
    for (Path java : GuardedJvm.javas()) {
      for (String pool :
          List.of(
              "hikari-url",
              "hikari-datasource",
              "hikari-crowd",
              "dbcp2",
              "tomcat-jdbc",
              "c3p0",
              "agroal")) {
        programs.add(Arguments.of(java, "pools", "pools.Main", pool));
      }
      for (String library : List.of("hibernate", "jooq", "flyway", "spring-jdbc")) {
        programs.add(Arguments.of(java, "persistence", "persistence.Main", library));
      }
      for (String library : List.of("exposed", "sqldelight")) {
        programs.add(Arguments.of(java, "kotlin", "MainKt", library));
      }
    }
    return programs;
  }

  @ParameterizedTest
  @MethodSource("programs")
  void isGuarded(Path java, String program, String main, String library) throws Exception {
    GuardedStory.startsHealthyThenDamaged(
        db, MatrixPrograms.classPathOf(program).java(java).program(main, library, db.toString()));
  }

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  /** The pool is closed in an orderly way here, by a shutdown hook of the framework. */
  @ParameterizedTest
  @MethodSource("javas")
  void springBootWithNestedJarsIsGuarded(Path java) throws Exception {
    GuardedStory.startsHealthyThenDamaged(
        db, MatrixPrograms.springBoot(GuardedJvm.jvm().java(java), db));
  }
}
