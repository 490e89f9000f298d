package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver that can't read its file's schema: the SQLite in the agent's jar is asked. */
class TooNewForTheDriverIT {
  @TempDir Path temporary;
  private Path db;
  private GuardedJvm old;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    Databases.create(db, 500);
    Databases.execute(db, "CREATE TABLE strict_one(a INTEGER) STRICT");
    Path driver = Path.of(System.getProperty("old.drivers"), "sqlite-jdbc-3.28.0.jar");
    old =
        GuardedJvm.jvm()
            .classPath(JarMaker.location(ScriptApp.class), driver)
            .jvmArguments("-Djdbc.drivers=org.sqlite.JDBC");
  }

  private GuardedJvm.Ended open() throws Exception {
    try (var app = old.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      return app.end("return");
    }
  }

  @Test
  void aHealthyFileIsBackedUp() throws Exception {
    byte[] before = Files.readAllBytes(db);
    var ended = open();
    assertEquals(List.of(), ended.otherErrors());
    assertArrayEquals(before, Files.readAllBytes(db));
    assertEquals(500, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void aDamagedFileIsReportedAndNotReplaced() throws Exception {
    open();
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    assertEquals(1, open().guardLines().size());
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
  }
}
