package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application has its newest backup open, to show what is in it, say, when it is needed. */
class BackupInUseIT {
  private static final int OLDER = 1000;
  private static final int ROWS = 2000;

  @TempDir Path directory;

  private Path db;
  private Path bak;

  @BeforeEach
  void twoBackups() throws Exception {
    db = directory.toRealPath().resolve("app.db");
    bak = Databases.beside(db, ".bak");
    Databases.create(db, OLDER);
    try (Starts starts = Starts.with("")) {
      starts.start(db);
      Databases.addRows(db, ROWS - OLDER);
      starts.start(db);
    }
    assertEquals(ROWS, Databases.rows(bak));
    assertEquals(OLDER, Databases.rows(Databases.beside(db, ".bak.1")));
  }

  private GuardedJvm.Ended openBoth(String options) throws Exception {
    byte[] before = Files.readAllBytes(bak);
    try (var app = GuardedJvm.jvm().options(options).start()) {
      app.ok("open", "backup", "drivermanager", "jdbc:sqlite:" + bak);
      app.ok("sql", "backup", "BEGIN IMMEDIATE");
      List<String> locks = KernelView.locks(app.pid(), bak);
      assertTrue(!locks.isEmpty(), "the application has locked it");
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(locks, KernelView.locks(app.pid(), bak));
      assertEquals("" + ROWS, app.say("sql", "backup", "SELECT count(*) FROM t"));
      app.ok("sql", "backup", "COMMIT");
      assertArrayEquals(before, Files.readAllBytes(bak));
      return app.end("return");
    }
  }

  @Test
  void whatIsDestroyedComesFromItAndTheLocksStay() throws Exception {
    List<Integer> leaves = Databases.leaves(db, "t");
    for (int i = 1; i <= 6; i++) {
      Images.zeroPage(db, leaves.get(leaves.size() - i));
    }
    var ended = openBoth("");
    assertTrue(Databases.isIntact(db), ended.errors()::toString);
    assertEquals(ROWS, Databases.rows(db), ended.errors()::toString);
  }

  @Test
  void allOfItIsRestoredAndTheLocksStay() throws Exception {
    List<Integer> leaves = new ArrayList<>(Databases.leaves(db, "t"));
    leaves.addAll(Databases.leaves(db, "ix"));
    for (int leaf : leaves) {
      Images.zeroPage(db, leaf);
    }
    var ended = openBoth("backfill=off");
    assertTrue(Databases.isIntact(db), ended.errors()::toString);
    assertEquals(ROWS, Databases.rows(db), ended.errors()::toString);
  }
}
