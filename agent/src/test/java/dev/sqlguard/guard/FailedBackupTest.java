package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.FailingSyscalls;
import dev.sqlguard.store.fault.Failure;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where a call fails: what became of the database, and of which file it is. */
class FailedBackupTest {
  @TempDir Path directory;
  private Scene scene;

  private Scene.Start start(Scenario scenario, Kind kind, String end, Failure failure)
      throws Exception {
    scene = scenario.template(directory).layOut();
    FailingSyscalls calls = new FailingSyscalls(call -> call.is(kind, end), failure, false);
    Scene.Start start = scene.start(calls);
    assertTrue(calls.failedAt().isPresent());
    return start;
  }

  private void assertSaid(Scene.Start start, String what) {
    assertEquals(List.of("warn " + scene.db() + ": " + what), start.lines());
    assertEquals(Optional.empty(), start.outcome().refusal());
  }

  private static String notBackedUp(String why) {
    return "healthy, but not backed up ("
        + why
        + "); older backups stay, and the next start tries again";
  }

  /** It had been checked, whatever came of its backup. */
  @Test
  void ofAHealthyDatabaseTheBackupFails() throws Exception {
    Scene.Start start = start(Scenario.HEALTHY, Kind.SYNC, "-staged", Failure.IO_ERROR);
    assertSaid(start, notBackedUp(scene.beside(".sqlguard-staged") + ": sync failed"));
    assertEquals(Outcome.READ, start.outcome());
  }

  @Test
  void anOlderBackupCanNotMoveUp() throws Exception {
    Scene.Start start = start(Scenario.ROTATION_DUE, Kind.RENAME, ".bak", Failure.IO_ERROR);
    String move = scene.beside(".bak") + " -> " + scene.beside(".bak.1");
    assertSaid(start, notBackedUp(move + ": Input/output error"));
  }

  @Test
  void theRicherBackupCanNotBeKept() throws Exception {
    Scene.Start start =
        start(Scenario.POORER_THAN_ITS_BACKUP, Kind.RENAME, "-keep", Failure.NO_SPACE);
    String move = scene.beside(".sqlguard-keep") + " -> " + scene.beside(".bak.keep");
    assertSaid(start, notBackedUp(move + ": No space left on device"));
  }

  @Test
  void theCopyCanNotBeMade() throws Exception {
    Scene.Start start = start(Scenario.HEALTHY, Kind.WRITE, "-staged", Failure.NO_SPACE);
    String copy = scene.beside(".sqlguard-staged") + ": No space left on device";
    assertSaid(start, "could not be checked (" + copy + "); opened as it is");
    assertEquals(Outcome.PROCEED, start.outcome());
  }

  @Test
  void aLogWithoutItsFileCanNotBeKept() throws Exception {
    Scene.Start start = start(Scenario.ORPHANED_LOG, Kind.SYNC, "-evidence-wal", Failure.NO_SPACE);
    assertEquals(1, start.lines().stream().filter(line -> line.contains("WAL")).count());
    String said = start.lines().get(0);
    String why = scene.beside(".sqlguard-evidence-wal") + ": sync failed";
    assertEquals(
        "warn "
            + scene.db()
            + ": doesn't exist, but its WAL isn't; keeping that failed ("
            + why
            + "), and SQLite will delete it",
        said);
  }
}
