package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.AfterPowerLoss;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.DurableDisk;
import dev.sqlguard.store.fault.Loss;
import dev.sqlguard.store.fault.Losses;
import dev.sqlguard.store.fault.Recording;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a power loss leaves of a repair must be found by the next start. */
class LeftoversAfterPowerLossTest {
  @TempDir Path directory;

  private Recording recording(Scene scene) throws Exception {
    return new Recording(scene.directories(), path -> path.toString().contains(".sqlguard-"));
  }

  /** It is looked for only where the copy is that every repair begins with. */
  @Test
  void nothingOfARepairOutlivesTheCopyThatItBeganWith() throws Exception {
    Scene scene = Scenario.RESTORED_WITH_HOT_JOURNAL.template(directory).layOut();
    Recording recording = recording(scene);
    scene.start(recording);
    List<Path> copy =
        List.of(scene.beside(".sqlguard-damaged"), scene.beside(".sqlguard-damaged-journal"));
    int[] found = new int[1];
    recording.replay(
        (step, now) ->
            Losses.ofNames(now)
                .forEach(
                    (name, loss) -> {
                      Set<Path> left = now.after(loss).keySet();
                      if (left.toString().matches(".*\\.sqlguard-(repaired|quarantine).*")) {
                        boolean isFound = !Collections.disjoint(left, copy);
                        assertTrue(isFound, step + ", " + name + ": " + left);
                        found[0]++;
                      }
                    }));
    assertTrue(found[0] > 0, "no leftovers");
  }

  /** Otherwise the damaged file could come back, and its log would be gone. */
  @Test
  void aRenameOfAKilledGuardIsOnDiskBeforeItsIntentGoes() throws Exception {
    Template template = Scenario.RESTORED_WITH_WAL.template(directory);
    Scene scene = template.layOut();
    Recording recording = recording(scene);
    boolean[] renamed = new boolean[1];
    recording.dyingBefore(
        call -> {
          boolean now = renamed[0];
          renamed[0] |= call.kind() == Kind.RENAME && call.target().equals(scene.db());
          return now;
        });
    try {
      scene.start(recording);
    } catch (StoppingSyscalls.Stopped e) {
      recording.revive();
    }
    int killed = recording.steps().size();
    scene.start(recording);
    List<Recording.Step> steps = recording.steps();
    DurableDisk now = recording.start();
    for (Recording.Step step : steps) {
      step.apply(now);
      if (--killed < 0 && step.kind() == Kind.SYNC) {
        break;
      }
    }
    AfterPowerLoss.make(scene.directories(), now.after(Loss.ofNames()));
    assertEquals(template.expected(), scene.content());
  }

  /** The next copy takes the name that the newest backup had, and would take its last one. */
  @Test
  void aBackupOfAKilledGuardHasItsNameOnDiskBeforeTheNextCopyTakesItsOldOne() throws Exception {
    Reference reference = new Reference(Scenario.ROTATION_DUE.template(directory));
    Scene scene = reference.template().layOut();
    Recording recording = recording(scene);
    boolean[] renamed = new boolean[1];
    recording.dyingBefore(
        call -> {
          boolean now = renamed[0];
          renamed[0] |= call.is(Kind.RENAME, "-staged");
          return now;
        });
    try {
      scene.start(recording);
    } catch (StoppingSyscalls.Stopped e) {
      recording.revive();
    }
    int killed = recording.steps().size();
    scene.start(recording);
    recording.replay(
        (step, now) -> {
          if (step < killed) {
            return;
          }
          for (Map.Entry<String, Loss> loss : Losses.ofNames(now).entrySet()) {
            Scene left = reference.template().scene();
            AfterPowerLoss.make(left.directories(), now.after(loss.getValue()));
            reference.assertNothingIsLost(left, step + ", " + loss.getKey());
          }
        });
  }

  /** It counted as another file, without its quarantine, and was never emptied. */
  @Test
  void anOlderPieceWhoseOldNameComesBackIsKnownAsWhatItIs() throws Exception {
    Reference reference = new Reference(Scenario.EVIDENCE_FULL.template(directory));
    Scene scene = reference.template().layOut();
    scene.startAndStop(
        new StoppingSyscalls(call -> call.kind() == Kind.LINK && call.path().equals(scene.db())));
    Files.createLink(scene.beside(".corrupt"), scene.beside(".corrupt.1"));
    scene.start();
    scene.start();
    assertEquals(reference.end().toString(), Picture.of(scene).toString());
  }
}
