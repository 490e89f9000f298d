package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.StoppingSyscalls;
import dev.sqlguard.store.fault.WatchedSyscalls;
import dev.sqlguard.verify.IntegrityCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The backups lie in a directory that isn't there, or isn't looked into, at a start. */
class MissingBackupsTest {
  @TempDir Path directory;

  private Scene scene;
  private String whole;

  @BeforeEach
  void oneBackupElsewhere() throws Exception {
    scene = new Scene(directory).backupsElsewhere();
    scene.database().create();
    scene.start();
    whole = scene.content();
  }

  private void assertNotRepairedForNow(Scene.Start start, Map<String, String> before)
      throws Exception {
    assertEquals(before, scene.bytes(), "" + start.lines());
    assertEquals(1, start.lines().size(), "" + start.lines());
    String line = start.lines().get(0);
    String where = scene.elsewhere(".bak").getParent().toString();
    assertTrue(line.contains("; not repaired for now, because its backups"), line);
    assertTrue(line.contains(" in " + where + "; make that directory available"), line);
  }

  @Test
  void aRepairThatLosesRowsWaitsForThem() throws Exception {
    scene.database().loseALeaf();
    scene.unmounted();
    Map<String, String> before = scene.bytes();
    assertNotRepairedForNow(scene.start(), before);
    Scene.Start start = scene.start();
    assertNotRepairedForNow(start, before);
    assertFalse(start.outcome().foldAtExit());
    assertTrue(start.outcome().passing());
    scene.mounted().start();
    assertEquals(whole, scene.content());
  }

  /** The option's directory has become a file, say: then it is left out. */
  @Test
  void soItDoesWhereBackupsGoBesideTheDatabase() throws Exception {
    scene.database().loseALeaf();
    scene.unmounted().backupsBeside();
    Map<String, String> before = scene.bytes();
    assertNotRepairedForNow(scene.start(), before);
  }

  @Test
  void soItDoesWhereNothingCanBeSalvaged() throws Exception {
    scene.database().destroyTheSchema();
    Map<String, String> before = scene.bytes();
    assertNotRepairedForNow(scene.unmounted().start(), before);
  }

  @Test
  void aRepairThatLosesNothingDoesNotWait() throws Exception {
    scene.database().forgetAnIndexEntry();
    int rows = scene.unmounted().start().lines().size();
    assertEquals(1, rows);
    assertTrue(Files.exists(scene.beside(".corrupt")));
    assertTrue(scene.content().startsWith("good: person 62"), scene.content());
  }

  /** It looks as if nothing was lost, and only a backup tells of what was. */
  @Test
  void pagesThatLookLeakedWait() throws Exception {
    scene.database().emptyARoot();
    Map<String, String> before = scene.bytes();
    assertNotRepairedForNow(scene.unmounted().start(), before);
  }

  /** Its owner has taken the option away, and the directory is there. */
  @Test
  void aBackupOfAnotherPlaceServesWhereItIsTheNewest() throws Exception {
    scene.backupsBeside().database().loseALeaf();
    scene.start();
    assertEquals(whole, scene.content());
    assertTrue(Files.exists(scene.elsewhere(".bak")));
  }

  /** It was beside the database for one start; that backup is the newest. */
  @Test
  void theNewestCountsWhereverItIs() throws Exception {
    scene.backupsBeside().database().execute("UPDATE person SET note = note || 'x'");
    scene.start();
    String newest = scene.content();
    scene.backupsElsewhere().database().loseALeaf();
    scene.start();
    assertEquals(newest, scene.content());
  }

  /** It has nothing newer: there is no use in waiting for it. */
  @Test
  void aDirectoryThatIsGoneForGoodIsForgottenWithTheNextBackup() throws Exception {
    scene.unmounted().database().change("since it is gone");
    scene.start();
    String newest = scene.content();
    scene.database().loseALeaf();
    scene.start();
    assertEquals(newest, scene.content());
  }

  @Test
  void itsOwnerCanDoWithoutThem() throws Exception {
    scene.database().loseALeaf();
    scene.unmounted().start();
    String salvaged = Picture.contentOf(scene.beside(".salvaged"));
    assertTrue(salvaged.startsWith("good: "), salvaged);
    WatchedDriver sqlite = new WatchedDriver(new StoppingSyscalls(Integer.MAX_VALUE));
    Restoration restoration =
        new Restoration(scene.db(), Optional.empty(), new IntegrityCheck(sqlite), new Disk());
    assertTrue(restoration.proposal() instanceof Restoration.Result.Installed);
    assertEquals(salvaged, scene.content());

    scene.mounted().start();
    assertEquals(salvaged, scene.content());
    assertEquals(whole, Picture.contentOf(scene.elsewhere(".bak.keep")));
  }

  /** As after an update of the guard: nobody has said yet where they are. */
  @Test
  void whereNothingToldOfThemTheRicherOneIsKeptWhenTheyAreBack() throws Exception {
    scene.database().loseALeaf();
    Files.delete(scene.beside(".sqlguard"));
    scene.unmounted().start();
    String rest = scene.content();
    assertTrue(rest.startsWith("good: "), rest);
    scene.mounted();
    for (int i = 0; i < 3; i++) {
      scene.database().change("start " + i);
      scene.start();
    }
    assertEquals(whole, Picture.contentOf(scene.elsewhere(".bak.keep")));
    assertFalse(Files.exists(scene.elsewhere(".bak.keep.1")));
  }

  /** Once is enough: what is deleted later is deleted on purpose. */
  @Test
  void noneIsKeptForWhatIsDeletedLater() throws Exception {
    Scene other = new Scene(Files.createDirectory(directory.resolve("other"))).withoutSpacing();
    other.database().create().loseALeaf();
    other.start();
    other.start();
    other.database().execute("DELETE FROM person WHERE id = 60");
    other.start();
    assertFalse(Files.exists(other.beside(".bak.keep")));
  }

  @Test
  void aStartThatChangesNothingWritesNothing() throws Exception {
    byte[] state = Files.readAllBytes(scene.beside(".sqlguard"));
    List<Call> writes = new ArrayList<>();
    scene.start(
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) throws IOException {
            if (call.is(Kind.WRITE, "app.db.sqlguard")) {
              writes.add(call);
            }
          }
        });
    assertEquals(List.of(), writes);
    assertArrayEquals(state, Files.readAllBytes(scene.beside(".sqlguard")));
  }

  /** One that never had a backup has nothing to wait for. */
  @Test
  void aFirstStartDoesNotWait() throws Exception {
    Scene other = new Scene(Files.createDirectory(directory.resolve("other"))).backupsElsewhere();
    other.database().create().loseALeaf();
    List<String> lines = other.start().lines();
    assertTrue(other.content().startsWith("good: "), "" + lines);
  }
}
