package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process goes on when its first thread has ended, but {@code /proc/<pid>/fd} shows nothing any
 * more: its database must not be replaced under it all the same.
 */
class LeaderlessUserIT {
  /** Opens a file on a second thread and ends the first one alone, by exit(2). */
  private static final String LEADERLESS =
      "use threads; $| = 1;"
          + " my $t = async { open(my $f, '+<', $ARGV[0]) or die; print qq(open\\n); <STDIN>;"
          + " kill 9, $$; };"
          + " syscall(60, 0);";

  @TempDir Path directory;

  @Test
  void aDatabaseIsNotReplacedUnderAProcessWithoutItsFirstThread() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "needs to know exit(2)'s number");
    Path db = directory.resolve("app.db");
    Databases.create(db, 2000);
    start(db);
    Databases.damage(db, "t", 2);
    byte[] damaged = Files.readAllBytes(db);
    Object inode = Files.getAttribute(db, "unix:ino");
    Process user = new ProcessBuilder("perl", "-e", LEADERLESS, db.toString()).start();
    try {
      assumeTrue(user.inputReader().readLine() != null, "needs perl with threads");
      awaitEndOfTheFirstThread(user);
      start(db);
      assertTrue(user.isAlive());
      assertEquals(inode, Files.getAttribute(db, "unix:ino"));
      assertArrayEquals(damaged, Files.readAllBytes(db));
      assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
    } finally {
      user.outputWriter().close();
      user.waitFor();
    }
    start(db);
    assertTrue(Databases.isIntact(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
  }

  private static void awaitEndOfTheFirstThread(Process process) throws Exception {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    while (!Files.readString(status).contains("State:\tZ")) {
      Thread.onSpinWait();
    }
  }

  private static void start(Path db) throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
  }
}
