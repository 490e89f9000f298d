package dev.sqlguard.demo.tour;

import dev.sqlguard.demo.DemoApp;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks that a tour is possible at all, gives it a directory of its own, and lets it play. */
@Command(
    name = "tour",
    description = {
      "Start, stop, kill and damage the notebook in processes of its own, with the sqlguard agent"
          + " and without, and compare what happens with what is promised.",
      "Needs a POSIX system, as it sends signals. Exit code 0: every promise was kept."
    })
public final class TourCommand implements Callable<Integer> {

  private static final int PROMISE_BROKEN = 1;

  @Spec private CommandSpec spec;

  @Option(
      names = "--agent",
      paramLabel = "PATH",
      description = "The agent jar; by default ../../agent/target/sqlguard.jar from this jar.")
  private Path agent;

  @Option(
      names = "--dir",
      paramLabel = "PATH",
      description = "Where to play: a new or empty directory; by default a temporary one.")
  private Path directory;

  @Option(names = "--keep", description = "Leave the directory there at the end.")
  private boolean keep;

  @Override
  public Integer call() throws IOException, URISyntaxException, InterruptedException {
    Path app = codeLocation();
    if (!Files.isRegularFile(app)) {
      return refuse("the tour has to be started from demo-app.jar, not from " + app);
    }
    Path agentJar = agent != null ? agent : app.resolveSibling("../../agent/target/sqlguard.jar");
    if (!Files.isRegularFile(agentJar)) {
      return refuse("no agent jar at " + absolute(agentJar) + " (build it, or pass --agent)");
    }
    if (directory != null && isInUse(directory)) {
      return refuse("not an empty directory: " + directory);
    }
    killAppsAtExit();
    return play(app, absolute(agentJar)) ? spec.exitCodeOnSuccess() : PROMISE_BROKEN;
  }

  private boolean play(Path app, Path agentJar) throws IOException, InterruptedException {
    Path playground =
        directory == null
            ? Files.createTempDirectory("sqlguard-tour-")
            : Files.createDirectories(absolute(directory));
    Narrator narrator = new Narrator(spec.commandLine().getOut());
    try {
      return new Tour(app, agentJar, playground, narrator).play();
    } finally {
      if (keep) {
        narrator.say("The files are in " + playground);
      } else {
        FileTree.delete(playground);
      }
    }
  }

  private int refuse(String reason) {
    spec.commandLine().getErr().println(spec.name() + ": " + reason);
    return DemoApp.USAGE_ERROR;
  }

  private static Path codeLocation() throws URISyntaxException {
    return Path.of(TourCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private static boolean isInUse(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return Files.exists(path);
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isPresent();
    }
  }

  /** An interrupted tour must not leave servers running. */
  private static void killAppsAtExit() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly)));
  }
}
