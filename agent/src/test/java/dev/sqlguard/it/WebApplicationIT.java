package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver that comes with a web application, in a class loader of its own. */
class WebApplicationIT {
  @TempDir Path directory;

  private String[] program(Path db) {
    List<String> words = new ArrayList<>(List.of(Redeployed.class.getName(), db.toString()));
    words.addAll(GuardedJvm.applicationClassPath());
    return words.toArray(String[]::new);
  }

  @Test
  void isGuardedAndCanStillBeThrownAway() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    Path classes = JarMaker.location(Redeployed.class);
    var without = GuardedJvm.jvm().unguarded().classPath(classes).program(program(db)).run();
    assumeTrue(
        without.output().equals(List.of("collected", "collected")),
        "needs a JVM that collects it without the agent: " + without);
    var with = GuardedJvm.jvm().classPath(classes).program(program(db)).run();
    assertEquals(22, Databases.rows(Databases.beside(db, ".bak")), with.errors().toString());
    assertEquals(List.of("collected", "collected"), with.output());
    assertEquals(List.of(), with.otherErrors());
  }
}
