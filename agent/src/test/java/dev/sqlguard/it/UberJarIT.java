package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agent, application and driver merged into one jar. */
class UberJarIT {
  private static final String ENTRY = "dev.sqlguard.entry.SqlGuardAgent";

  @TempDir static Path home;
  private static Path jar;

  @TempDir Path directory;

  @BeforeAll
  static void merge() throws Exception {
    jar = home.resolve("uber.jar");
    new JarMaker(
            jar,
            "Main-Class",
            ScriptApp.class.getName(),
            "Premain-Class",
            ENTRY,
            "Launcher-Agent-Class",
            ENTRY,
            "Can-Retransform-Classes",
            "true")
        .addClass(ScriptApp.class)
        .addJar(GuardedJvm.AGENT)
        .addJar(JarMaker.library("sqlite-jdbc"))
        .addJar(JarMaker.library("slf4j-api"))
        .addJar(JarMaker.library("slf4j-nop"))
        .close();
  }

  private void isGuarded(GuardedJvm jvm) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 500);
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(0, app.end("return").exitCode());
    }
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("500", app.say("sql", "a", "SELECT count(*) FROM t NOT INDEXED"));
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertEquals(List.of(), ended.otherErrors());
    }
    assertTrue(Databases.isIntact(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
  }

  @Test
  void guardsWhenNamedAsAgent() throws Exception {
    isGuarded(
        GuardedJvm.jvm()
            .unguarded()
            .classPath()
            .jvmArguments("-javaagent:" + jar)
            .program("-jar", jar.toString()));
  }

  @Test
  void guardsThroughItsManifestAlone() throws Exception {
    isGuarded(GuardedJvm.jvm().unguarded().classPath().program("-jar", jar.toString()));
  }
}
