package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.Shell;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.FailingSyscalls;
import dev.sqlguard.store.fault.Failure;
import dev.sqlguard.store.fault.StoppingSyscalls;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults that {@link StopsTest} and {@link FailuresTest} have found, each by its name. */
class SingleFailuresTest {
  @TempDir Path directory;

  private Scene scene(Scenario scenario) throws Exception {
    return scenario.template(directory).layOut();
  }

  private static FailingSyscalls failing(Kind kind, String end, Failure failure) {
    return new FailingSyscalls(call -> call.is(kind, end), failure, false);
  }

  private static FailingSyscalls failingFrom(Kind kind, String end, Failure failure) {
    return new FailingSyscalls(call -> call.is(kind, end), failure, true);
  }

  /** The oldest had gone, and the copy that took its place was thrown away. */
  @Test
  void aBackupThatDoesNotReachItsPlaceWaitsForTheNextStart() throws Exception {
    Scene scene = scene(Scenario.ROTATION_DUE);
    String now = scene.content();
    String last = Picture.contentOf(scene.beside(".bak"));
    scene.start(failing(Kind.RENAME, "-staged", Failure.READ_ONLY));
    assertEquals(now, Picture.contentOf(scene.beside(".sqlguard-staged")));
    scene.start();
    assertEquals(now, Picture.contentOf(scene.beside(".bak")));
    assertEquals(last, Picture.contentOf(scene.beside(".bak.1")));
  }

  /** What was salvaged would have been the newer state; the backup was installed. */
  @Test
  void aFullDiskDuringASalvageHasNoBackupInstalled() throws Exception {
    Scene scene = damagedWithNewRows();
    leavesEverything(scene, failing(Kind.TRUNCATE, "-repaired", Failure.NO_SPACE));
    leavesEverything(scene, failing(Kind.SQLITE, "-repaired", Failure.NO_SPACE));
  }

  /** SQLite couldn't write, and what it couldn't write was taken for what it rejects. */
  @Test
  void aFullDiskDuringASalvageLosesNoTable() throws Exception {
    Scene scene = damagedWithNewRows();
    leavesEverything(scene, failing(Kind.SQLITE, "-schema", Failure.NO_SPACE));
    leavesEverything(scene, failing(Kind.SQLITE, "-schema", Failure.IO_ERROR));
  }

  @Test
  void aBackupThatCanNotBeCopiedNowIsNotPassedOverForAnOlderOne() throws Exception {
    Scene scene = damagedWithNewRows();
    leavesEverything(scene, failing(Kind.WRITE, "-scratch", Failure.NO_SPACE));
    leavesEverything(scene, failing(Kind.SQLITE, "-scratch", Failure.IO_ERROR));
  }

  /** A backup was installed, without the rows that were new since. */
  @Test
  void somebodyWhoReadsDuringARepairIsNoReasonForAnOlderState() throws Exception {
    Shell.assumePresent();
    Scene scene = damagedWithNewRows();
    Map<String, String> before = scene.bytes();
    Shell[] reader = new Shell[1];
    List<String> lines =
        scene
            .start(
                new WatchedSyscalls() {
                  @Override
                  protected void before(Call call) throws IOException {
                    if (call.is(Kind.SYNC, "-scratch")) {
                      reader[0] = new Shell(scene.db(), 0);
                      reader[0].say("BEGIN");
                      reader[0].say("SELECT count(*) FROM setting");
                    } else if (call.is(Kind.CREATE, "-install")) {
                      reader[0].say("COMMIT");
                    }
                  }
                })
            .lines();
    reader[0].close();
    assertEquals(before, scene.bytes(), "" + lines);
    assertEquals(1, lines.size(), "" + lines);
  }

  /** The same for what the JVM lacks at that moment. */
  @ParameterizedTest
  @ValueSource(classes = {OutOfMemoryError.class, NoClassDefFoundError.class})
  void anErrorDuringASalvageHasNoBackupInstalled(Class<? extends Error> type) throws Exception {
    Scene scene = damagedWithNewRows();
    Map<String, String> before = scene.bytes();
    List<String> lines =
        scene
            .start(
                new WatchedSyscalls() {
                  @Override
                  protected void before(Call call) {
                    if (call.is(Kind.WRITE, "-repaired")) {
                      throw type == OutOfMemoryError.class
                          ? new OutOfMemoryError("Java heap space")
                          : new NoClassDefFoundError("any");
                    }
                  }
                })
            .lines();
    assertEquals(before, scene.bytes(), "" + lines);
    assertEquals(1, lines.size(), "" + lines);
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  private Scene damagedWithNewRows() throws Exception {
    Scene scene = new Scene(Files.createDirectory(directory.resolve("new-rows")));
    scene.database().create();
    scene.start();
    scene.database().change("since the first backup");
    scene.start();
    scene.database().change("since the last backup").loseALeaf();
    return scene;
  }

  private static void leavesEverything(Scene scene, FailingSyscalls calls) throws Exception {
    Map<String, String> before = scene.bytes();
    List<String> lines = scene.start(calls).lines();
    assertTrue(calls.failedAt().isPresent());
    assertEquals(before, scene.bytes(), "" + lines);
    assertEquals(1, lines.size(), "" + lines);
    assertTrue(lines.get(0).contains("not repaired: "), lines.get(0));
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  /** The line said that it could not be checked, after another one that said what came of it. */
  @Test
  void aVerdictStandsWhereTheCopyCanNotBeDeleted() throws Exception {
    Scene scene = scene(Scenario.SALVAGED_WITH_BACKUP);
    List<String> lines = scene.start(failing(Kind.UNLINK, "-repaired", Failure.IO_ERROR)).lines();
    assertEquals(1, lines.size(), "" + lines);
    scene.start();
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  @Test
  void aVerdictStandsWhereTheTemporaryCopyCanNotBeDeleted() throws Exception {
    Scene scene = scene(Scenario.READ_ONLY_AND_DAMAGED);
    List<String> lines = scene.start(failing(Kind.UNLINK, "copy.db", Failure.IO_ERROR)).lines();
    assertEquals(1, lines.size(), "" + lines);
    scene.start();
    assertEquals(List.of(), scene.temporaryDirectories());
  }

  /** There was no space for a second copy of the log: the application would have gone without. */
  @Test
  void theLogGoesBackWhereAFullDiskEndsAnInstallation() throws Exception {
    Scene scene = scene(Scenario.RESTORED_WITH_WAL);
    Map<String, String> before = scene.bytes();
    scene.start(failingFrom(Kind.RENAME, "-install", Failure.NO_SPACE));
    assertEquals(before, scene.bytes());
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  /** Of a process that dies while it puts the log back, the next start makes nothing but whole. */
  @Test
  void aLogThatIsHalfwayBackIsNotHalfALog() throws Exception {
    Template template = Scenario.RESTORED_WITH_WAL.template(directory);
    for (int more = 0; more < 6; more++) {
      Scene scene = template.layOut();
      Map<String, String> before = scene.bytes();
      FailingAndStopping calls = new FailingAndStopping(more);
      assertThrows(StoppingSyscalls.Stopped.class, () -> scene.start(calls));
      Map<String, String> now = scene.bytes();
      now.entrySet().removeAll(before.entrySet());
      assertEquals(Map.of(), now, "after " + more);
    }
  }

  /** The good file can't be put in place; some calls later the process dies. */
  private static final class FailingAndStopping extends WatchedSyscalls {
    private final int more;
    private int since;

    FailingAndStopping(int more) {
      this.more = more;
    }

    @Override
    protected void before(Call call) throws IOException {
      if (since > more) {
        throw new StoppingSyscalls.Stopped();
      }
      since += since > 0 ? 1 : 0;
      if (since == 0 && call.is(Kind.RENAME, "-install")) {
        since = 1;
        throw new IOException("No space left on device");
      }
    }
  }

  /** It stayed locked until the end of the JVM, for all other guards too. */
  @Test
  void noStateFileStaysOpenWhereTheOtherOneCanNotBeOpened() throws Exception {
    Scene scene = scene(Scenario.BACKUPS_ELSEWHERE);
    scene.start(failing(Kind.OPEN, "app.db.sqlguard", Failure.IO_ERROR));
    assertEquals(List.of(), scene.descriptors());
  }

  /** The copy that a repair began with stayed until the next start. */
  @Test
  void aRepairIsClearedAwayThoughItsDirectoryCanNotBeSyncedAtFirst() throws Exception {
    Scene scene = scene(Scenario.SALVAGED_WITH_BACKUP);
    scene.start(new FailingAfter(Kind.UNLINK, "-repaired", Kind.SYNC_DIRECTORY));
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  /** The first call of a kind fails that comes after another one. */
  private static final class FailingAfter extends WatchedSyscalls {
    private final Kind first;
    private final String end;
    private final Kind failing;
    private boolean due;
    private boolean done;

    FailingAfter(Kind first, String end, Kind failing) {
      this.first = first;
      this.end = end;
      this.failing = failing;
    }

    @Override
    protected void before(Call call) throws IOException {
      if (due && !done && call.kind() == failing) {
        done = true;
        throw new IOException("No space left on device");
      }
      due = due || call.is(first, end);
    }
  }

  @Test
  void anEmptyFileGoesWhereItCanNotTakeThePlaceOfOlderEvidence() throws Exception {
    Scene scene = scene(Scenario.EVIDENCE_FULL);
    String expected = scene.content();
    List<String> lines = scene.start(failing(Kind.RENAME, "-emptied", Failure.NO_SPACE)).warnings();
    assertEquals(1, lines.size(), "" + lines);
    assertFalse(lines.get(0).contains("not repaired"), lines.get(0));
    assertFalse(expected.equals(scene.content()));
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  @Test
  void aSecondNameOfABackupGoesWhereItCanNotBecomeTheOneThatStays() throws Exception {
    Scene scene = scene(Scenario.POORER_THAN_ITS_BACKUP);
    scene.start(failing(Kind.RENAME, "-keep", Failure.IO_ERROR));
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  @Test
  void halfACopyOfALogWithoutItsFileGoes() throws Exception {
    Scene scene = scene(Scenario.ORPHANED_LOG);
    scene.start(failing(Kind.SYNC, "-evidence-wal", Failure.NO_SPACE));
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  /** The deletion of a second copy had come to its last file. */
  @Test
  void nothingStaysOfASecondCopyOfALogWithoutItsFile() throws Exception {
    Scene scene = scene(Scenario.ORPHANED_LOG);
    scene.start();
    scene.interruptedBefore(Kind.UNLINK, ".corrupt.1");
    scene.start();
    assertFalse(Files.exists(scene.beside(".corrupt.1")));
    assertFalse(Files.exists(scene.beside(".corrupt.2")));
  }

  /** The JDK's exception has the file's name for a message, and nothing else. */
  @Test
  void aLineSaysThatAPermissionIsMissing() throws Exception {
    Scene scene = scene(Scenario.HEALTHY);
    List<String> lines =
        scene.start(failing(Kind.CREATE, "-staged", Failure.NO_PERMISSION)).lines();
    assertEquals(1, lines.size(), "" + lines);
    assertTrue(lines.get(0).contains("-staged: permission denied"), lines.get(0));
  }

  /** Older evidence stayed beyond the limit, or went without a word. */
  @Test
  void evidenceBeyondTheLimitGoesWithTheEndOfAnInterruptedRepair() throws Exception {
    for (Function<Scene, StoppingSyscalls> moment :
        List.<Function<Scene, StoppingSyscalls>>of(
            scene -> new StoppingSyscalls(call -> call.is(Kind.RENAME, "-install")),
            scene -> new StoppingSyscalls(call -> call.is(Kind.CREATE, "-emptied")))) {
      Path place = Files.createDirectory(Files.createTempDirectory(directory, "m").resolve("s"));
      Scene scene = new Scene(place);
      Scenario.EVIDENCE_FULL.build(scene);
      assertTrue(scene.startAndStop(moment.apply(scene)));
      List<String> lines = scene.start().warnings();
      assertEquals(0, Files.size(scene.beside(".corrupt.1")));
      assertTrue(lines.get(1).contains("older evidence deleted: "), "" + lines);
      assertFalse(lines.get(0).contains("deleted"), "" + lines);
    }
  }
}
