package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where {@code /proc} hides other accounts' processes, a file without users can't be known. */
class HiddenProcessesIT {
  private static final String STRANGER = "4711";

  private Nobody nobody;
  private Path db;

  @BeforeEach
  void begin() throws Exception {
    nobody = new Nobody();
    Path folder = Files.createTempDirectory(nobody.readable(), "case");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    db = folder.resolve("app.db");
    Databases.create(db, 500);
    Nobody.giveTo(Nobody.ID, db);
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  @AfterEach
  void end() throws Exception {
    if (nobody != null) {
      nobody.close();
    }
  }

  /** Words that start a command in a mount namespace of its own. */
  private static String[] hiding(String value) {
    String script = "mount -t proc -o hidepid=" + value + " proc /proc && exec \"$@\"";
    return new String[] {"unshare", "-m", "sh", "-c", script, "sh"};
  }

  private static boolean isPossible() throws Exception {
    return new ProcessBuilder(
                "unshare", "-m", "mount", "-t", "proc", "-o", "hidepid=2", "p", "/proc")
            .start()
            .waitFor()
        == 0;
  }

  private static List<String> open(GuardedJvm jvm, Path db) throws Exception {
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      return app.end("return").errors();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void aDamagedDatabaseIsReportedAndNotReplaced(String hidepid) throws Exception {
    assumeTrue(isPossible(), "needs to mount /proc");
    open(nobody.guarded(), db);
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    Object inode = Files.getAttribute(db, "unix:ino");
    try (var other = nobody.unguardedAs(STRANGER).start()) {
      // In rollback mode an idle connection holds no lock.
      other.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      other.say("sql", "a", "SELECT id FROM t WHERE id = 1");
      open(nobody.guarded(hiding(hidepid)), db);
      assertArrayEquals(damaged, Files.readAllBytes(db));
      assertEquals(inode, Files.getAttribute(db, "unix:ino"));
      assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
      other.kill();
    }
    List<String> said = open(nobody.guarded(), db);
    // Another test's process, just about to become nobody's, can't be looked into for a moment.
    for (int i = 0; i < 3 && said.toString().contains("can't be examined"); i++) {
      said = open(nobody.guarded(), db);
    }
    assertTrue(Files.exists(Databases.beside(db, ".corrupt")), said.toString());
    assertEquals(500, Databases.rows(db));
  }
}
