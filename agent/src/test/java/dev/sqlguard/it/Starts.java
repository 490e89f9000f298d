package dev.sqlguard.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Starts of an application, for many databases at once: the n-th start of every database is played
 * by the n-th JVM, and all tests of a class share these JVMs.
 */
public final class Starts implements AutoCloseable {
  /** What one start showed: of the open, of the statements, and the guard's lines about it. */
  public record Start(String opened, List<String> answers, List<String> lines) {}

  private static int databases;

  private final Supplier<GuardedJvm> jvm;
  private final List<GuardedJvm.Running> running = new ArrayList<>();
  private final Map<Path, Integer> startsOf = new HashMap<>();

  public Starts(Supplier<GuardedJvm> jvm) {
    this.jvm = jvm;
  }

  public static Starts with(String options) {
    return new Starts(() -> GuardedJvm.jvm().options(options));
  }

  /**
   * The path of a database that no test has had. A file system gives the number of a deleted
   * directory to the next one, and where it doesn't keep the time of creation, a JVM that has seen
   * a name there takes it for the same file.
   */
  public static Path unused(Path directory) {
    return directory.resolve("app-" + databases++ + ".db");
  }

  /** The application opens the database, runs the statements, closes it. */
  public Start start(Path db, String... statements) throws IOException {
    return startAs(db, "jdbc:sqlite:" + db, statements);
  }

  public Start startAs(Path db, String url, String... statements) throws IOException {
    int number = startsOf.merge(db, 1, Integer::sum);
    while (running.size() < number) {
      running.add(jvm.get().start());
    }
    GuardedJvm.Running app = running.get(number - 1);
    int seen = app.errorsSoFar().size();
    String name = db.toString();
    String opened = app.say("open", name, "drivermanager", url);
    List<String> answers = new ArrayList<>();
    if (opened.equals("ok")) {
      for (String statement : statements) {
        answers.add(app.say("sql", name, statement));
      }
      app.ok("close", name);
    }
    List<String> all = app.errorsSoFar();
    List<String> lines =
        all.subList(seen, all.size()).stream()
            .filter(line -> line.startsWith("sqlguard: " + db + ": "))
            .toList();
    return new Start(opened, answers, lines);
  }

  @Override
  public void close() throws IOException {
    for (GuardedJvm.Running app : running) {
      app.close();
    }
  }
}
