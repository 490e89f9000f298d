package dev.sqlguard.demo.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the built jar as a user would. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class TourIT {

  private static final String AGENT = System.getProperty("tour.agent");

  @TempDir private Path directory;

  @Test
  void everyPromiseIsKept() throws Exception {
    Path playground = directory.resolve("playground");

    Outcome tour = tour("--agent", AGENT, "--dir", playground.toString());

    assertEquals(0, tour.exitCode(), tour.output());
    assertTrue(tour.output().contains("promised"), tour.output());
    assertFalse(tour.output().contains("FAILED"), tour.output());
    assertTrue(Files.notExists(playground), "the playground is still there");
  }

  @Test
  void aMissingAgentIsToldInOneLine() throws Exception {
    Outcome tour = tour("--agent", directory.resolve("nowhere.jar").toString());

    assertEquals(64, tour.exitCode(), tour.output());
    assertEquals(1, tour.output().lines().count(), tour.output());
    assertTrue(tour.output().contains("nowhere.jar"), tour.output());
  }

  @Test
  void aDirectoryWithFilesIsLeftAlone() throws Exception {
    Path precious = Files.writeString(directory.resolve("precious.txt"), "mine");

    Outcome tour = tour("--agent", AGENT, "--dir", directory.toString());

    assertEquals(64, tour.exitCode(), tour.output());
    assertEquals("mine", Files.readString(precious));
  }

  private static Outcome tour(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", System.getProperty("tour.app"), "tour"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    return new Outcome(process.waitFor(), output);
  }

  private record Outcome(int exitCode, String output) {}
}
