package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What every program of the matrix goes through: it starts with a healthy database, then with a
 * damaged one. At each start it adds one row, prints how many there are, and leaves its connection
 * open.
 */
final class GuardedStory {
  private static final int ROWS = 500;

  private GuardedStory() {}

  /** A database in WAL mode, as {@link #startsHealthyThenDamaged} expects it. */
  static Path walDatabase(Path directory, String name) throws Exception {
    Path db = directory.resolve(name);
    Databases.create(db, ROWS);
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    return db;
  }

  /** Runs the program twice. */
  static void startsHealthyThenDamaged(Path db, GuardedJvm program) throws Exception {
    startsHealthyThenDamaged(List.of(db), program);
  }

  /** The same for a program with several databases, which it opens one after the other. */
  static void startsHealthyThenDamaged(List<Path> all, GuardedJvm program) throws Exception {
    runsAndAddsTheRow(all, program, ROWS + 1);
    for (Path db : all) {
      assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
      assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
      Databases.damage(db, "t", 2);
    }
    runsAndAddsTheRow(all, program, ROWS + 2);
    for (Path db : all) {
      assertFalse(Databases.isIntact(Databases.beside(db, ".corrupt")));
    }
  }

  private static void runsAndAddsTheRow(List<Path> all, GuardedJvm program, int rows)
      throws Exception {
    var ended = program.run();
    List<String> expected = all.stream().map(db -> String.valueOf(rows)).toList();
    assertEquals(expected, ended.output(), () -> "" + ended);
    assertEquals(0, ended.exitCode());
    for (Path db : all) {
      assertTrue(Databases.isIntact(db));
      assertEquals(rows, Databases.rows(db));
      Path wal = Databases.beside(db, "-wal");
      assertTrue(!Files.exists(wal) || Files.size(wal) == 0, () -> "left: " + wal + ended);
    }
  }
}
