package dev.sqlguard.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The programs of {@code src/matrix}, as the profile {@code matrix} has built them. */
final class MatrixPrograms {
  private static final Path PROGRAMS = Path.of(System.getProperty("matrix.programs"));

  private MatrixPrograms() {}

  /** A JVM with the program and its libraries on the class path; no main class yet. */
  static GuardedJvm classPathOf(String program) throws IOException {
    return GuardedJvm.jvm().classPath(jarAndLibraries(program).toArray(Path[]::new));
  }

  /** The program's own jar, then what it needs at run time. */
  static List<Path> jarAndLibraries(String program) throws IOException {
    List<Path> entries = new ArrayList<>();
    entries.add(jar(program));
    entries.addAll(libraries(program));
    return entries;
  }

  static List<Path> libraries(String program) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (var libraries = Files.newDirectoryStream(target(program).resolve("lib"), "*.jar")) {
      libraries.forEach(entries::add);
    }
    return entries;
  }

  /** The program as an executable jar with nested jars, on the JVM given. */
  static GuardedJvm springBoot(GuardedJvm jvm, Path db) {
    return jvm.classPath()
        .program(
            "-jar",
            jar("spring-boot").toString(),
            "--spring.main.banner-mode=off",
            "--logging.level.root=off",
            "--spring.datasource.url=jdbc:sqlite:" + db);
  }

  static Path jar(String program) {
    return target(program).resolve(program + ".jar");
  }

  private static Path target(String program) {
    return PROGRAMS.resolve(program).resolve("target");
  }
}
