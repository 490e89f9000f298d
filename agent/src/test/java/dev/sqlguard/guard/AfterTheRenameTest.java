package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rename divides an installation: what fails before it leaves the database as it was, with its
 * WAL, be it an exception or an error; after it the good file is the database, and is called so.
 */
class AfterTheRenameTest {
  @TempDir Path directory;

  /** Not what a kill leaves: this JVM lives on, and the application opens what is there. */
  @ParameterizedTest
  @ValueSource(
      classes = {OutOfMemoryError.class, StackOverflowError.class, IllegalStateException.class})
  void anErrorBeforeItLeavesTheDatabaseItsLog(Class<? extends Throwable> type) throws Exception {
    Scene scene = Scenario.RESTORED_WITH_WAL.template(directory).layOut();
    Map<String, String> before = scene.bytes();
    scene.start(
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) {
            if (call.is(Kind.RENAME, "-install")) {
              throwOne(type);
            }
          }
        });
    assertEquals(before, scene.bytes());
    assertFalse(scene.isUnderWay());
  }

  private static void throwOne(Class<? extends Throwable> type) {
    if (type == OutOfMemoryError.class) {
      throw new OutOfMemoryError("Java heap space");
    }
    if (type == StackOverflowError.class) {
      throw new StackOverflowError();
    }
    throw new IllegalStateException("any");
  }

  /** Fails the directory's fsync that follows it. */
  private static WatchedSyscalls failingAfterIt() {
    return new WatchedSyscalls() {
      private boolean renamed;

      @Override
      protected void before(Call call) throws IOException {
        if (renamed && call.kind() == Kind.SYNC_DIRECTORY) {
          renamed = false;
          throw new IOException("Input/output error");
        }
      }

      @Override
      protected void after(Call call) {
        renamed |= call.is(Kind.RENAME, "-install");
      }
    };
  }

  @Test
  void aRepairThatIsInPlaceIsCalledOne() throws Exception {
    Template template = Scenario.RESTORED.template(directory);
    Scene scene = template.layOut();
    List<String> lines = scene.start(failingAfterIt()).lines();
    assertEquals(template.expected(), scene.content());
    assertEquals(1, lines.size(), "" + lines);
    assertFalse(lines.get(0).contains("not repaired"), lines.get(0));
    assertTrue(lines.get(0).contains("Input/output error"), lines.get(0));
    scene.start();
    assertFalse(scene.isUnderWay());
  }

  @Test
  void theRepairedFileIsNotRefused() throws Exception {
    Scene scene = Scenario.RESTORED.template(directory).layOut().refusing();
    assertEquals(Optional.empty(), scene.start(failingAfterIt()).outcome().refusal());
  }

  /** Whatever the reason is for which it wasn't repaired. */
  @Test
  void theDamagedFileIsRefusedAlsoWhereTheGuardIsAtFault() throws Exception {
    Scene scene = Scenario.RESTORED.template(directory).layOut().refusing();
    Scene.Start start =
        scene.start(
            new WatchedSyscalls() {
              @Override
              protected void before(Call call) {
                if (call.kind() == Kind.COPY_ATTRIBUTES) {
                  throw new IllegalStateException("any");
                }
              }
            });
    assertTrue(start.outcome().refusal().isPresent(), "" + start.lines());
  }

  /** Each later start stopped at the same place: no check any more, and no backup. */
  @Test
  void olderEvidenceThatCanNotGoEndsNoChecks() throws Exception {
    Scene scene = Scenario.RESTORED.template(directory).layOut().keepingOnePieceOfEvidence();
    scene.start();
    scene.database().change("since the first repair");
    scene.start();
    scene.database().loseALeaf();
    Files.createDirectory(scene.beside(".corrupt-shm"));
    List<String> lines = scene.start().lines();
    assertEquals(1, lines.size(), "" + lines);
    assertFalse(lines.get(0).contains("not repaired"), lines.get(0));
    scene.database().change("since the second repair");
    String now = scene.content();
    scene.start();
    assertEquals(now, Picture.contentOf(scene.beside(".bak")));
  }

  /** Of the same size, and under the number of the file that was deleted. */
  @Test
  void anotherFileInThePlaceOfEvidenceIsNotTheGuards() throws Exception {
    Scene scene = Scenario.RESTORED.template(directory).layOut().keepingOnePieceOfEvidence();
    scene.start();
    Path corrupt = scene.beside(".corrupt");
    byte[] foreign = new byte[(int) Files.size(corrupt)];
    Arrays.fill(foreign, (byte) 'x');
    // As good as a deletion after which the file system gives the number to the next file.
    Files.write(corrupt, foreign);
    assertFalse(scene.isKnownEvidence(corrupt));
    scene.database().change("since the first repair");
    scene.start();
    scene.database().loseALeaf();
    scene.start();
    assertEquals(Picture.hash(foreign), Picture.hash(Files.readAllBytes(corrupt)));
  }
}
