package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** JAVA_TOOL_OPTIONS puts the agent into every tool of the JDK. */
class JdkToolsIT {
  private static final String PROGRAM =
      """
      import java.sql.*;

      public class Single {
        public static void main(String[] a) throws Exception {
          try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + a[0]);
              Statement statement = db.createStatement();
              ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
            System.out.println(rows.getString(1));
          }
        }
      }
      """;

  @TempDir Path directory;

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  static Stream<Path> latest() throws Exception {
    List<Path> all = GuardedJvm.javas();
    return Stream.of(all.get(0), all.get(all.size() - 1)).distinct();
  }

  private record Ended(int exitCode, String output, List<String> errors) {}

  private Ended run(boolean guarded, String... command) throws Exception {
    Path errors = directory.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    if (guarded) {
      builder.environment().put("JAVA_TOOL_OPTIONS", "-javaagent:" + GuardedJvm.AGENT + "=db");
    }
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    List<String> lines = new ArrayList<>(Files.readAllLines(errors));
    lines.removeIf(line -> line.startsWith("Picked up JAVA_TOOL_OPTIONS"));
    return new Ended(process.exitValue(), output, lines);
  }

  @ParameterizedTest
  @MethodSource("latest")
  void toolsSayWhatTheyAlwaysSay(Path java) throws Exception {
    Files.writeString(directory.resolve("Single.java"), PROGRAM);
    List<String[]> tools =
        List.of(
            new String[] {"javac", "Single.java"},
            new String[] {"javac", "NoSuch.java"},
            new String[] {"jps", "-help"},
            new String[] {"keytool", "-list", "-keystore", "missing.p12", "-storepass", "none"});
    for (String[] tool : tools) {
      String[] command = tool.clone();
      command[0] = java.resolve("bin").resolve(tool[0]).toString();
      assertEquals(run(false, command), run(true, command), String.join(" ", tool));
    }
  }

  @ParameterizedTest
  @MethodSource("javas")
  void aProgramRunFromItsSourceIsGuarded(Path java) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    Files.writeString(directory.resolve("Single.java"), PROGRAM);
    Ended ended =
        run(
            true,
            java.resolve("bin/java").toString(),
            "-cp",
            String.join(":", GuardedJvm.applicationClassPath()),
            "Single.java",
            db.toString());
    assertEquals("20", ended.output().trim(), ended.errors().toString());
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
  }
}
