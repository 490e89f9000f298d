package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.FailingSyscalls;
import dev.sqlguard.store.fault.Failure;
import dev.sqlguard.store.fault.StoppingSyscalls;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A repair that ends with fewer rows than the newest backup has, although nothing is known to be
 * lost: the log that had them may be gone. The backups that follow must not be the end of them.
 */
class RicherBackupTest {
  @TempDir Path directory;
  private Scene scene;
  private String rest;
  private String backup;

  @BeforeEach
  void layOut() throws Exception {
    Template template = Scenario.SALVAGED_POORER_THAN_ITS_BACKUP.template(directory);
    scene = template.layOut();
    rest = template.expected();
    backup = Picture.contentOf(scene.beside(".bak"));
  }

  private String kept() throws Exception {
    return Picture.contentOf(scene.beside(".bak.keep"));
  }

  @Test
  void itIsKeptForGood() throws Exception {
    List<String> lines = scene.start().lines();
    assertEquals(1, lines.size(), "" + lines);
    assertEquals(rest, scene.content());
    for (int i = 0; i < 4; i++) {
      scene.database().change("after the repair, " + i);
      scene.start();
      assertEquals(backup, kept());
    }
    assertTrue(
        lines.get(0).contains("app.db.bak has more rows of person, and is kept as "), lines.get(0));
    assertTrue(
        Files.readString(scene.beside(".corrupt.report.json"))
            .contains("app.db.bak has more rows of person"));
  }

  @Test
  void itIsKeptOnDiskBeforeAnythingIsInstalled() throws Exception {
    boolean[] durable = new boolean[2];
    scene.start(
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) throws IOException {
            boolean named = Files.exists(scene.beside(".bak.keep"));
            durable[0] |= named && call.kind() == Kind.SYNC_DIRECTORY;
            if (call.is(Kind.CREATE, "-install")) {
              durable[1] = durable[0];
            }
          }
        });
    assertTrue(durable[1]);
  }

  @Test
  void whereItCanNotBeKeptNothingIsInstalled() throws Exception {
    for (BackupNames.Series series : BackupNames.beside(scene.db()).series()) {
      for (Path name : series.keeps()) {
        Files.writeString(name, "somebody else's");
      }
    }
    Map<String, String> before = scene.bytes();
    List<String> lines = scene.start().lines();
    assertEquals(before, scene.bytes());
    assertEquals(1, lines.size(), "" + lines);
    assertTrue(lines.get(0).contains(", but not installed: app.db.bak has more"), lines.get(0));
    assertEquals(backup, Picture.contentOf(scene.beside(".bak")));

    Files.delete(scene.beside(".bak.keep"));
    scene.start();
    assertEquals(rest, scene.content());
    assertEquals(backup, kept());
  }

  @Test
  void whereItsSecondNameFailsNothingIsInstalled() throws Exception {
    Map<String, String> before = scene.bytes();
    List<String> lines =
        scene
            .start(
                new FailingSyscalls(call -> call.is(Kind.RENAME, "-keep"), Failure.IO_ERROR, false))
            .lines();
    assertEquals(before, scene.bytes());
    assertEquals(1, lines.size(), "" + lines);
    assertTrue(lines.get(0).contains("not repaired: "), lines.get(0));
    assertEquals(Set.of(), Picture.of(scene).strays());
  }

  /** Somebody who looks at the line has to learn of the file that appeared. */
  @Test
  void itIsNamedWhereNothingIsInstalledAfterAll() throws Exception {
    List<String> lines =
        scene
            .start(
                new FailingSyscalls(
                    call -> call.is(Kind.CREATE, "-install"), Failure.NO_SPACE, false))
            .lines();
    assertEquals(1, lines.size(), "" + lines);
    assertTrue(lines.get(0).contains("not repaired: "), lines.get(0));
    assertTrue(lines.get(0).contains("is kept as " + scene.beside(".bak.keep")), lines.get(0));
  }

  @Test
  void itIsNamedByTheRepairThatFollowsAKill() throws Exception {
    assertTrue(scene.startAndStop(new StoppingSyscalls(call -> call.is(Kind.CREATE, "-install"))));
    assertEquals(backup, kept());
    List<String> lines = scene.start().lines();
    assertEquals(1, lines.size(), "" + lines);
    assertTrue(lines.get(0).contains("is kept as " + scene.beside(".bak.keep")), lines.get(0));
    assertFalse(Files.exists(scene.beside(".bak.keep.1")));
  }

  /** Nothing good would be kept by it. The next one has more, too. */
  @Test
  void oneThatIsDamagedItselfGivesWayToTheNextOne() throws Exception {
    String older = Picture.contentOf(scene.beside(".bak.1"));
    Path newest = scene.beside(".bak");
    FileTime modified = Files.getLastModifiedTime(newest);
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length - 200] ^= 1;
    Files.write(newest, bytes);
    Files.setLastModifiedTime(newest, modified);
    scene.start();
    assertEquals(rest, scene.content());
    assertEquals(older, kept());
  }

  /** More rows of another table don't make up for those. */
  @Test
  void oneTableIsEnough() throws Exception {
    Scene other = new Scene(Files.createDirectory(directory.resolve("other")));
    other.database().create();
    other.start();
    String before = Picture.contentOf(other.beside(".bak"));
    other.database().addPersons(40).execute("DELETE FROM setting WHERE key = 'a'");
    other.database().destroyTheHeader();
    other.start();
    assertEquals(before, Picture.contentOf(other.beside(".bak.keep")));
  }

  @Test
  void aBackupThatHasNothingMoreIsNotKept() throws Exception {
    Scene other = new Scene(Files.createDirectory(directory.resolve("other")));
    other.database().create();
    other.start();
    other.database().change("since the backup").destroyTheHeader();
    List<String> lines = other.start().lines();
    assertFalse(Files.exists(other.beside(".bak.keep")), "" + lines);
    assertFalse(lines.get(0).contains("kept as " + other.beside(".bak")), lines.get(0));
  }
}
