package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments of a guarded start; the next start has every row, a good backup, and
 * nothing lying about. More rounds with {@code -Pfull}.
 */
class KillRoundsIT {
  private static final int ROUNDS = Integer.getInteger("sqlguard.it.rounds", 4);
  private static final int ROWS = 20_000;
  private static final long SEED = 20_260_101;

  @TempDir Path temporary;
  private final Random random = new Random(SEED);
  private Path model;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    model = temporary.toRealPath().resolve("model.db");
    Databases.create(model, ROWS);
  }

  @Test
  void aHealthyDatabaseWithALog() throws Exception {
    db = Files.createDirectory(temporary.resolve("measured")).resolve("app.db");
    Files.copy(model, db);
    long millis = millisOfAStart();
    for (int round = 0; round < ROUNDS; round++) {
      db = Files.createDirectory(temporary.resolve("healthy-" + round)).resolve("app.db");
      Files.copy(model, db);
      start();
      try (var app = GuardedJvm.jvm().unguarded().start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        app.say("sql", "a", "PRAGMA journal_mode=WAL");
        app.ok("sql", "a", "INSERT INTO t(x) VALUES ('in the log')");
        app.kill();
      }
      startAndKill(millis);
      start();
      assertGood(ROWS + 1, round);
      assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")), "round " + round);
    }
  }

  @Test
  void aDamagedDatabaseOnItsWayBack() throws Exception {
    db = Files.createDirectory(temporary.resolve("measured")).resolve("app.db");
    Files.copy(model, db);
    start();
    Databases.damage(db, "t", 3);
    long millis = millisOfAStart();
    assertEquals(ROWS, Databases.rows(db));
    for (int round = 0; round < ROUNDS; round++) {
      db = Files.createDirectory(temporary.resolve("damaged-" + round)).resolve("app.db");
      Files.copy(model, db);
      start();
      Databases.damage(db, "t", 3);
      byte[] damaged = Files.readAllBytes(db);
      startAndKill(millis);
      start();
      assertGood(ROWS, round);
      assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")), "round " + round);
      assertTrue(Databases.isIntact(Databases.beside(db, ".bak")), "round " + round);
      assertEquals(
          -1,
          java.util.Arrays.mismatch(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt"))),
          "round " + round);
      assertFalse(Files.exists(Databases.beside(db, ".corrupt.1")), "round " + round);
    }
  }

  private void start() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("close", "a");
      app.end("return");
    }
  }

  /** From the launch of the JVM to the answer of its open, over a file like those of the rounds. */
  private long millisOfAStart() throws Exception {
    long began = System.nanoTime();
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      app.end("return");
      return millis;
    }
  }

  private void startAndKill(long millis) throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.tell("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      Thread.sleep(random.nextInt(Math.toIntExact(millis) + 1));
      app.kill();
    }
  }

  private void assertGood(int rows, int round) throws Exception {
    assertEquals(rows, Databases.rows(db), "round " + round);
    assertTrue(Databases.isIntact(db), "round " + round);
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), "round " + round + ": " + name);
    }
  }
}
