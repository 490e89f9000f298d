package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of somebody else under the names that the guard uses: nobody loses anything. */
class ForeignFilesIT {
  private static final int ROWS = 300;

  private static Starts starts;

  @TempDir Path directory;
  private Path db;

  @BeforeAll
  static void begin() {
    starts = Starts.with("backup-spacing=0s");
  }

  @AfterAll
  static void end() throws IOException {
    starts.close();
  }

  @BeforeEach
  void name(TestInfo test) throws Exception {
    db = directory.resolve(test.getDisplayName().replaceAll("\\W", "") + test.hashCode() + ".db");
    Databases.create(db, ROWS);
  }

  private void threeStarts() throws Exception {
    for (int i = 0; i < 3; i++) {
      Starts.Start start = starts.start(db, "INSERT INTO t(x) VALUES ('one more')");
      assertEquals(List.of("ok"), start.answers(), start.lines()::toString);
    }
  }

  /** Some file that the guard made holds the last state that it saw. */
  private void assertBackedUp() throws Exception {
    assertEquals(ROWS + 2, rowsOfRichestBackup());
  }

  private int rowsOfRichestBackup() throws Exception {
    int most = 0;
    for (String name : Databases.filesOf(db)) {
      Path file = directory.resolve(name);
      if (name.contains(".bak")
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && Images.bytes(file, 0, (int) Math.min(6, Files.size(file))).length == 6
          && new String(Images.bytes(file, 0, 6)).equals("SQLite")) {
        most = Math.max(most, Databases.rows(file));
      }
    }
    return most;
  }

  @ParameterizedTest
  @ValueSource(strings = {".bak", ".bak.1", ".bak-wal", ".bak-journal", ".bak.1-wal"})
  void foreignFileInASlotStaysAndTheBackupGoesElsewhere(String suffix) throws Exception {
    Path foreign = Databases.beside(db, suffix);
    Files.writeString(foreign, "not the guard's");
    Object before = Files.readAttributes(foreign, "unix:ino,lastModifiedTime,ctime");
    threeStarts();
    assertEquals("not the guard's", Files.readString(foreign));
    assertEquals(before, Files.readAttributes(foreign, "unix:ino,lastModifiedTime,ctime"));
    assertBackedUp();
  }

  /** Writing to the state file would be writing to something else. */
  @Test
  void aHardLinkUnderTheStateFilesNameIsNotWrittenThrough() throws Exception {
    Path db = directory.resolve("linked.db");
    Databases.create(db, 20);
    Path precious = Files.writeString(directory.resolve("precious.txt"), "mine");
    Files.createLink(Databases.beside(db, ".sqlguard"), precious);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("20", app.say("sql", "a", "SELECT count(*) FROM t"));
      assertEquals(1, app.end("return").guardLines().size());
    }
    assertEquals("mine", Files.readString(precious));
    assertEquals(List.of("linked.db"), Databases.filesOf(db));
  }

  @Test
  void backupOfTheApplicationItselfStaysAndIsNeverRestored() throws Exception {
    Path foreign = Databases.beside(db, ".bak");
    Databases.create(foreign, 10 * ROWS);
    byte[] before = Files.readAllBytes(foreign);
    threeStarts();
    Databases.damage(db, "t", 1);
    starts.start(db);
    assertArrayEquals(before, Files.readAllBytes(foreign));
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS + 3, Databases.rows(db));
  }

  @Test
  void foreignFileThatAppearsLaterStaysToo() throws Exception {
    threeStarts();
    Path bak = Databases.beside(db, ".bak");
    Files.delete(bak);
    Files.writeString(bak, "not the guard's");
    Starts.Start start = starts.start(db, "INSERT INTO t(x) VALUES ('one more')");
    assertEquals(List.of("ok"), start.answers());
    assertEquals("not the guard's", Files.readString(bak));
    assertEquals(ROWS + 3, rowsOfRichestBackup());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".bak",
        ".bak.1",
        ".bak.keep",
        ".sqlguard",
        ".sqlguard-staged",
        ".sqlguard-scratch",
        ".sqlguard-keep",
        ".sqlguard-install",
        ".corrupt"
      })
  void symbolicLinkIsNeverFollowed(String suffix) throws Exception {
    Path target = directory.resolve("target");
    Files.writeString(target, "precious");
    Path link = Files.createSymbolicLink(Databases.beside(db, suffix), target);
    threeStarts();
    Databases.damage(db, "t", 1);
    assertEquals("ok", starts.start(db).opened());
    assertEquals("precious", Files.readString(target));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(target, Files.readSymbolicLink(link));
  }

  @ParameterizedTest
  @ValueSource(strings = {".bak", ".sqlguard", ".sqlguard-staged"})
  void danglingSymbolicLinkIsNeverFollowed(String suffix) throws Exception {
    Path target = directory.resolve("nothing-there");
    Path link = Files.createSymbolicLink(Databases.beside(db, suffix), target);
    threeStarts();
    assertTrue(Files.notExists(target));
    assertTrue(Files.isSymbolicLink(link));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".bak",
        ".bak.1",
        ".bak.keep",
        ".sqlguard",
        ".sqlguard-staged",
        ".sqlguard-scratch",
        ".sqlguard-keep",
        ".sqlguard-install",
        ".corrupt",
        ".bak-wal"
      })
  void directoryInTheWayStays(String suffix) throws Exception {
    Path inside = Files.createDirectory(Databases.beside(db, suffix)).resolve("precious");
    Files.writeString(inside, "precious");
    threeStarts();
    Databases.damage(db, "t", 1);
    assertEquals("ok", starts.start(db).opened());
    assertEquals("precious", Files.readString(inside));
  }

  /** Opening a FIFO would block the application for ever. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        ".bak", ".bak.keep", ".sqlguard", ".sqlguard-staged", ".sqlguard-scratch",
        ".sqlguard-install", ".corrupt", ".bak-wal", "-wal", "-journal"
      })
  void fifoInTheWayBlocksNobody(String suffix) throws Exception {
    Path fifo = Databases.beside(db, suffix);
    Process mkfifo = new ProcessBuilder("mkfifo", fifo.toString()).start();
    Assumptions.assumeTrue(mkfifo.waitFor() == 0, "needs mkfifo");
    Starts.Start start = starts.start(db);
    assertEquals("ok", start.opened());
    assertTrue(Files.exists(fifo) && !Files.isRegularFile(fifo));
  }

  /** Writing into one name of a file would change what stands under the other. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        ".bak",
        ".bak.keep",
        ".sqlguard",
        ".sqlguard-staged",
        ".sqlguard-scratch",
        ".sqlguard-keep",
        ".sqlguard-install",
        ".sqlguard-evidence",
        ".corrupt"
      })
  void secondNameOfAnotherFileIsNeverWrittenTo(String suffix) throws Exception {
    Path target = directory.resolve("target");
    Files.writeString(target, "precious");
    Files.createLink(Databases.beside(db, suffix), target);
    threeStarts();
    Databases.damage(db, "t", 1);
    assertEquals("ok", starts.start(db).opened());
    assertEquals("precious", Files.readString(target));
  }

  @Test
  void stateFileThatWasDeletedCostsNoBackup() throws Exception {
    threeStarts();
    Map<String, String> before = backupsNow();
    Files.delete(Databases.beside(db, ".sqlguard"));
    threeStarts();
    assertAllStillThere(before);
    assertEquals(ROWS + 5, rowsOfRichestBackup());
  }

  /** Nothing tells it from a file of somebody else. */
  @Test
  void stateFileFullOfGarbageIsLeftAloneAndCostsNoBackup() throws Exception {
    threeStarts();
    Map<String, String> before = backupsNow();
    byte[] noise = new byte[200_000];
    new java.util.Random(3).nextBytes(noise);
    Path state = Files.write(Databases.beside(db, ".sqlguard"), noise);
    Starts.Start start = starts.start(db, "INSERT INTO t(x) VALUES ('one more')");
    assertEquals(List.of("ok"), start.answers());
    assertEquals(1, start.lines().size(), start.lines()::toString);
    assertTrue(start.lines().get(0).contains(state + " isn't the guard's; move it away"));
    assertArrayEquals(noise, Files.readAllBytes(state));
    assertEquals(before, backupsNow());
    Files.delete(state);
    threeStarts();
    assertAllStillThere(before);
    assertEquals(ROWS + 6, rowsOfRichestBackup());
  }

  @Test
  void stateFileWithOddFieldsCostsNoBackup() throws Exception {
    threeStarts();
    Map<String, String> before = backupsNow();
    Path state = Databases.beside(db, ".sqlguard");
    byte[] bytes = Files.readAllBytes(state);
    for (int i = 0; i + 5 < bytes.length; i++) {
      if (bytes[i] == 's' && bytes[i + 1] == 'i' && bytes[i + 2] == 'z' && bytes[i + 3] == 'e') {
        bytes[i + 5] = '-';
      }
    }
    Files.write(state, bytes);
    threeStarts();
    assertAllStillThere(before);
  }

  private Map<String, String> backupsNow() throws Exception {
    Map<String, String> found = Images.contentsOf(directory);
    found.keySet().removeIf(name -> !name.contains(".bak"));
    assertEquals(2, found.size());
    return found;
  }

  private void assertAllStillThere(Map<String, String> before) throws Exception {
    var now = Images.contentsOf(directory).values();
    before.forEach((name, hash) -> assertTrue(now.contains(hash), name + " is gone"));
  }
}
