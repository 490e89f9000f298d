package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk loses a part of the newest backup: a file's size and times don't tell. */
class RottenBackupTest {
  @TempDir Path directory;
  private Scene scene;

  @BeforeEach
  void healthyWithTwoBackups() throws Exception {
    scene = new Scene(directory);
    scene.database().create();
    scene.start();
    scene.database().change("since the first backup");
    scene.start();
  }

  private String contentOf(String backup) throws Exception {
    return Picture.contentOf(scene.beside(backup));
  }

  @Test
  void aVerifiedCopyTakesItsPlaceAndOneLineSaysSo() throws Exception {
    String older = contentOf(".bak.1");
    scene.withoutSpacing().rotTheBackup();
    List<String> lines = scene.start().lines();
    assertEquals(scene.content(), contentOf(".bak"));
    assertEquals(older, contentOf(".bak.1"));
    assertEquals(1, lines.size(), lines.toString());
    String said = "warn " + scene.db() + ": healthy, but " + scene.beside(".bak") + " couldn't be";
    assertTrue(lines.get(0).startsWith(said), lines.toString());
    assertEquals(List.of(), scene.start().lines());
  }

  @Test
  void theBackupIsThereWhenTheDatabaseBreaksLater() throws Exception {
    scene.withoutSpacing().rotTheBackup();
    scene.start();
    String whole = scene.content();
    scene.withoutBackfill().database().loseALeaf();
    scene.start();
    assertEquals(whole, scene.content());
  }

  /** A hash of it at each start would take time for nothing. */
  @Test
  void itIsNotReadAtEachStart() throws Exception {
    scene.rotTheBackup();
    assertEquals(List.of(), scene.start().lines());
    assertFalse(contentOf(".bak").startsWith("good"));
  }
}
