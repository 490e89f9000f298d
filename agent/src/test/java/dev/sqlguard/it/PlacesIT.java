package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Healthy and damaged, wherever a database may lie and whatever it is called. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.sqlguard.it.Drivers#versions")
class PlacesIT {
  private static final int ROWS = 400;

  @AutoClose private static final Drivers drivers = new Drivers("backup-spacing=0s");

  @Parameter String driver;

  @TempDir Path temporary;
  @AutoClose private final Mounts mounts = new Mounts();
  private Path directory;

  @BeforeEach
  void realDirectory() throws Exception {
    directory = temporary.toRealPath();
  }

  private Starts.Start start(Path db, String url) throws Exception {
    Starts.Start start = drivers.starts(driver).startAs(db, "jdbc:sqlite:" + url);
    assertEquals("ok", start.opened(), start.lines()::toString);
    return start;
  }

  private void assertBackedUp(Path db, String url) throws Exception {
    Starts.Start start = start(db, url);
    Path bak = Databases.beside(db, ".bak");
    assertTrue(Files.exists(bak), start.lines()::toString);
    assertArrayEquals(Files.readAllBytes(db), Files.readAllBytes(bak));
  }

  private void assertRestored(Path db, String url) throws Exception {
    List<String> rows = Databases.query(db, "SELECT x FROM t NOT INDEXED");
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = start(db, url);
    assertTrue(Databases.isIntact(db), start.lines()::toString);
    assertEquals(rows, Databases.query(db, "SELECT x FROM t NOT INDEXED"));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
  }

  /** One line, and every file is what it was. */
  private void assertOnlyReported(Path db, String url) throws Exception {
    Map<String, String> before = Images.contentsOf(db.getParent());
    Starts.Start start = start(db, url);
    assertEquals(before, Images.contentsOf(db.getParent()), start.lines()::toString);
    assertEquals(1, start.lines().size(), start.lines()::toString);
    assertTrue(start.lines().get(0).contains("DAMAGED"), start.lines()::toString);
  }

  @Test
  void inMemory() throws Exception {
    Path memory = Files.createDirectory(directory.resolve("memory"));
    mounts.memory(memory, "16m");
    Path db = Starts.unused(memory);
    Databases.create(db, ROWS);
    assertBackedUp(db, db.toString());
    assertRestored(db, db.toString());
  }

  @Test
  void behindASymbolicLink() throws Exception {
    Path db = Starts.unused(Files.createDirectory(directory.resolve("real")));
    Path folder = Files.createDirectory(directory.resolve("links"));
    Path link = Files.createSymbolicLink(folder.resolve("link.db"), db);
    Databases.create(db, ROWS);
    assertBackedUp(db, link.toString());
    assertRestored(db, link.toString());
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(List.of("link.db"), Databases.filesOf(link));
  }

  /** Whoever opens the other name would go on with the file that was replaced. */
  @Test
  void withASecondHardLink() throws Exception {
    Path db = Starts.unused(directory);
    Databases.create(db, ROWS);
    Files.createLink(Files.createDirectory(directory.resolve("other")).resolve("name.db"), db);
    assertBackedUp(db, db.toString());
    Databases.damage(db, "t", 1);
    assertOnlyReported(db, db.toString());
  }

  @Test
  void onAFullDisk() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    mounts.memory(disk, "2m");
    Path db = Starts.unused(disk);
    Databases.create(db, ROWS);
    assertBackedUp(db, db.toString());
    Databases.execute(db, "UPDATE t SET x = 'changed' WHERE id = 1");
    Path filler = disk.resolve("filler");
    Files.write(filler, new byte[(int) disk.toFile().getUsableSpace()]);
    Map<String, String> before = Images.contentsOf(disk);
    Starts.Start start = start(db, db.toString());
    assertEquals(before, Images.contentsOf(disk), start.lines()::toString);
    assertEquals(1, start.lines().size(), start.lines()::toString);
    Databases.damage(db, "t", 1);
    before = Images.contentsOf(disk);
    assertEquals(1, start(db, db.toString()).lines().size());
    assertEquals(before, Images.contentsOf(disk));
    Files.delete(filler);
    start(db, db.toString());
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
  }

  /** Of an account that may write to the database and make no file beside it. */
  @Test
  void inAReadOnlyDirectory() throws Exception {
    try (Nobody nobody = new Nobody()) {
      Path locked = Files.createDirectory(nobody.readable().resolve("locked"));
      Path db = locked.resolve("app.db");
      Databases.create(db, ROWS);
      start(db, db.toString());
      Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("rw-rw-rw-"));
      Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
      Map<String, String> before = Images.contentsOf(locked);
      var healthy = openAs(nobody, db);
      assertEquals(before, Images.contentsOf(locked), healthy.errors()::toString);
      assertEquals(1, healthy.guardLines().size(), healthy.errors()::toString);
      assertFalse(healthy.guardLines().get(0).contains("DAMAGED"), healthy.errors()::toString);
      Databases.damage(db, "t", 1);
      before = Images.contentsOf(locked);
      var damaged = openAs(nobody, db);
      assertEquals(before, Images.contentsOf(locked), damaged.errors()::toString);
      assertEquals(1, damaged.guardLines().size(), damaged.errors()::toString);
      assertTrue(damaged.guardLines().get(0).contains("DAMAGED"), damaged.errors()::toString);
    }
  }

  private GuardedJvm.Ended openAs(Nobody nobody, Path db) throws Exception {
    try (var app = nobody.guardedWith(driver).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("close", "a");
      return app.end("return");
    }
  }

  @Test
  void underNamesThatShellsAndUrlsTrip() throws Exception {
    for (String name :
        List.of("a b.db", "100%.db", "%41.db", "hash#1.db", "a,b.db", "what?.db", "umläut.db")) {
      Path db = directory.resolve(name);
      Path plain = directory.resolve("plain");
      Databases.create(plain, ROWS);
      Files.move(plain, db);
      assertBackedUp(db, url(db));
      Databases.damage(plainNameOf(db), "t", 1);
      start(db, url(db));
      assertTrue(Databases.isIntact(plainNameOf(db)), name);
      assertTrue(Files.exists(Databases.beside(db, ".corrupt")), name);
    }
  }

  /** A second name without anything that the test's own driver would take for something else. */
  private Path plainNameOf(Path db) throws Exception {
    return Files.createSymbolicLink(
        Starts.unused(Files.createTempDirectory(directory, "named-")), db);
  }

  /** The oldest driver has neither URIs nor parameters: a question mark is one. */
  private String url(Path db) {
    boolean plain = driver.equals(Drivers.OLDEST) || !db.toString().contains("?");
    return plain ? db.toString() : "file:" + db.toString().replace("?", "%3f");
  }

  /**
   * SQLite takes paths of up to 512 bytes; the guard's own names are longer than the database's.
   */
  @Test
  void underAPathThatIsLongerThanMostBuffers() throws Exception {
    for (int length : new int[] {300, 450, 495}) {
      Path folder = directory;
      while (length - folder.toString().length() > 120) {
        folder = folder.resolve("d".repeat(80));
      }
      Files.createDirectories(folder);
      Path db = folder.resolve("n".repeat(length - folder.toString().length() - 1));
      assertEquals(length, db.toString().length());
      Databases.create(db, ROWS);
      byte[] before = Files.readAllBytes(db);
      Starts.Start start = drivers.starts(driver).start(db, "SELECT count(*) FROM t");
      assertEquals(List.of(Integer.toString(ROWS)), start.answers(), start.lines()::toString);
      assertArrayEquals(before, Files.readAllBytes(db));
      if (length < 480) {
        assertArrayEquals(before, Files.readAllBytes(Databases.beside(db, ".bak")));
        assertRestored(db, db.toString());
      }
    }
  }
}
