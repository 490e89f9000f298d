package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A named module that has sqlite-jdbc on the module path, and no class path. */
class ModularAppIT {
  private static final String MODULE =
      """
      module example.app {
        requires java.sql;
        requires org.xerial.sqlitejdbc;
      }
      """;
  private static final String MAIN =
      """
      package example.app;

      import java.sql.*;

      public class Main {
        public static void main(String[] a) throws Exception {
          Connection db = DriverManager.getConnection("jdbc:sqlite:" + a[0]);
          try (Statement statement = db.createStatement()) {
            statement.execute("PRAGMA journal_mode=WAL");
            statement.execute("INSERT INTO t(x) VALUES ('new')");
          }
          System.out.println(Main.class.getModule().getName());
          System.out.println(db.getClass().getModule().getName());
        }
      }
      """;

  @TempDir Path directory;
  private Path classes;
  private String modulePath;

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  @BeforeEach
  void compile() throws Exception {
    Path sources = Files.createDirectories(directory.resolve("src/example/app"));
    Path module = Files.writeString(directory.resolve("src/module-info.java"), MODULE);
    Path main = Files.writeString(sources.resolve("Main.java"), MAIN);
    classes = directory.resolve("classes");
    modulePath =
        String.join(
            ":",
            classes.toString(),
            JarMaker.library("sqlite-jdbc").toString(),
            JarMaker.library("slf4j-api").toString());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertNotNull(compiler);
    assertEquals(
        0,
        compiler.run(
            null,
            null,
            null,
            "-p",
            modulePath,
            "-d",
            classes.toString(),
            "--release",
            "17",
            module.toString(),
            main.toString()));
  }

  @ParameterizedTest
  @MethodSource("javas")
  void isGuardedFromOpenToExit(Path java) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 500);
    GuardedJvm jvm =
        GuardedJvm.jvm()
            .java(java)
            .classPath()
            .jvmArguments("-p", modulePath)
            .program("-m", "example.app/example.app.Main", db.toString());
    var first = jvm.run();
    assertEquals(List.of("example.app", "org.xerial.sqlitejdbc"), first.output(), () -> "" + first);
    assertEquals(
        List.of("app.db", "app.db-shm", "app.db-wal", "app.db.bak"), Databases.filesOf(db));
    assertEquals(0, Files.size(Databases.beside(db, "-wal")));
    assertEquals(501, Databases.rows(db));
    Databases.damage(db, "t", 2);
    assertEquals(0, jvm.run().exitCode());
    assertTrue(Databases.isIntact(db));
    assertTrue(Files.exists(Databases.beside(db, ".corrupt")));
  }
}
