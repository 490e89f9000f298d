package dev.sqlguard.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The jar under test as a command, in a JVM of its own. */
public final class Command {
  private Command() {}

  public static GuardedJvm.Ended run(Object... words) throws IOException {
    return on(GuardedJvm.jvm().unguarded(), GuardedJvm.AGENT, words);
  }

  public static GuardedJvm.Ended on(GuardedJvm jvm, Path jar, Object... words) throws IOException {
    List<String> program = new ArrayList<>(List.of("-jar", jar.toString()));
    for (Object word : words) {
      program.add(word.toString());
    }
    return jvm.classPath().program(program.toArray(new String[0])).run();
  }

  /** A JVM that has the database open, and has used it. */
  public static GuardedJvm.Running user(Path db, String... statements) throws IOException {
    GuardedJvm.Running app = GuardedJvm.jvm().unguarded().start();
    app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
    for (String statement : statements) {
      app.say("sql", "a", statement);
    }
    return app;
  }
}
