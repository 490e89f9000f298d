package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.guard.HalfInstalled;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An application whose first open after an interrupted restore is of a special kind. */
class InterruptedRestoreIT {
  @TempDir Path directory;

  private Path halfInstalled() throws Exception {
    List<Path> classPath = new ArrayList<>();
    classPath.add(GuardedJvm.AGENT.resolveSibling("classes"));
    for (String entry : GuardedJvm.applicationClassPath()) {
      classPath.add(Path.of(entry));
    }
    var made =
        GuardedJvm.jvm()
            .unguarded()
            .classPath(classPath.toArray(Path[]::new))
            .program(HalfInstalled.class.getName(), directory.toRealPath().toString())
            .run();
    assertEquals(0, made.exitCode(), made.errors().toString());
    return Path.of(made.output().get(0));
  }

  @ParameterizedTest
  @CsvSource({
    "check=full, DB?open_mode=1",
    "check=full, file:DB?mode=ro",
    "check=full, file:DB?immutable=1",
    "check=off, DB",
    "check=off, file:DB?mode=ro",
    "on-damage=report, DB",
    "backups=0, DB"
  })
  void findsTheRestoredRows(String options, String url) throws Exception {
    Path db = halfInstalled();
    try (var app = GuardedJvm.jvm().options(options).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + url.replace("DB", db.toString()));
      String rows = Integer.toString(HalfInstalled.ROWS);
      assertEquals(rows, app.say("sql", "a", "SELECT count(*) FROM t NOT INDEXED"));
      assertEquals("ok", app.say("sql", "a", "PRAGMA integrity_check"));
      app.end("return");
    }
    assertTrue(Files.exists(Databases.beside(db, ".corrupt-wal")));
    assertEquals(1, Files.getAttribute(db, "unix:nlink"));
    assertFalse(Files.exists(Databases.beside(db, ".sqlguard-install")));
  }

  /** SQLite doesn't open a database in WAL mode like that, so the file is looked at. */
  @Test
  void isFinishedWhereTheOpenTakesNoLocks() throws Exception {
    Path db = halfInstalled();
    try (var app = GuardedJvm.jvm().start()) {
      app.say("open", "a", "drivermanager", "jdbc:sqlite:file:" + db + "?nolock=1");
      app.end("return");
    }
    assertEquals(HalfInstalled.ROWS, Databases.rows(db));
    assertTrue(Files.exists(Databases.beside(db, ".corrupt-wal")));
  }

  /** Whoever has the half installed file open would go on with one that isn't the database. */
  @Test
  void waitsWhereTheFileIsInUse() throws Exception {
    Path db = halfInstalled();
    Object inode = Files.getAttribute(db, "unix:ino");
    try (var app = GuardedJvm.jvm().options("check=off").start()) {
      app.ok("open", "other", "drivermanager", "jdbc:sqlite:" + directory.resolve("other.db"));
      app.ok("sql", "other", "ATTACH '" + db + "' AS b");
      app.ok("sql", "other", "BEGIN IMMEDIATE");
      List<String> locks = KernelView.locks(app.pid(), db);
      assertFalse(locks.isEmpty());
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(locks, KernelView.locks(app.pid(), db));
      assertEquals(inode, Files.getAttribute(db, "unix:ino"));
      app.ok("sql", "other", "ROLLBACK");
      app.ok("close", "a");
      app.ok("close", "other");
      app.kill();
    }
    try (var app = GuardedJvm.jvm().options("check=off").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("ok", app.say("sql", "a", "PRAGMA integrity_check"));
    }
  }
}
