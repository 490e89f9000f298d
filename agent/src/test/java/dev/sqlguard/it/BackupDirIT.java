package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory for the backups of many databases. */
class BackupDirIT {
  @TempDir Path directory;

  private static List<Path> backupsIn(Path directory) throws Exception {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".bak")).sorted().toList();
    }
  }

  @Test
  void databasesOfTheSameNameDoNotMeet() throws Exception {
    Path backups = directory.resolve("backups");
    Path first = Files.createDirectories(directory.resolve("a")).resolve("app.db");
    Path second = Files.createDirectories(directory.resolve("b")).resolve("app.db");
    Databases.create(first, 100);
    Databases.create(second, 200);
    try (Starts starts = Starts.with("backup-dir=" + backups)) {
      starts.start(first);
      starts.start(second);
      List<Path> found = backupsIn(backups);
      assertEquals(2, found.size());
      assertEquals(300, Databases.rows(found.get(0)) + Databases.rows(found.get(1)));
      for (Path backup : found) {
        assertTrue(backup.getFileName().toString().matches("app\\.db-[0-9a-f]+\\.bak"));
      }
      assertEquals(List.of("app.db"), Databases.filesOf(first));

      Databases.damage(first, "t", 1);
      byte[] damaged = Files.readAllBytes(first);
      starts.start(first);
      assertTrue(Databases.isIntact(first));
      assertEquals(100, Databases.rows(first));
      assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(first, ".corrupt")));
    }
  }

  @Test
  void databaseIsFoundAgainThroughAnotherPath() throws Exception {
    Path backups = directory.resolve("backups");
    Path db = Files.createDirectories(directory.resolve("a")).resolve("app.db");
    Path alias = Files.createSymbolicLink(directory.resolve("alias"), db.getParent());
    Databases.create(db, 100);
    try (Starts starts = Starts.with("backup-dir=" + backups)) {
      starts.start(db);
      starts.startAs(db, "jdbc:sqlite:" + alias.resolve("app.db"));
      assertEquals(1, backupsIn(backups).size());
    }
  }

  @Test
  void directoryThatCannotBeMadeIsNoReasonToStop() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");
    Path db = directory.resolve("app.db");
    Databases.create(db, 100);
    try (Starts starts = Starts.with("backup-dir=" + file.resolve("inside"))) {
      assertEquals(List.of("100"), starts.start(db, "SELECT count(*) FROM t").answers());
    }
    assertEquals("not a directory", Files.readString(file));
    assertEquals(100, Databases.rows(Databases.beside(db, ".bak")));
  }

  /** On a disk that isn't mounted: what the backup has can't be had now, and isn't given up. */
  @Test
  void rowsOfABackupThatIsNotThereAreNotGivenUp() throws Exception {
    Path db = directory.resolve("app.db");
    try (Disk disk = new Disk(directory);
        Starts starts = Starts.with("backup-spacing=0s,backup-dir=" + disk.point())) {
      Databases.create(db, 2000);
      starts.start(db);
      disk.unmount();
      Databases.damage(db, "t", 6);
      byte[] damaged = Files.readAllBytes(db);
      Starts.Start without = starts.start(db);
      assertArrayEquals(damaged, Files.readAllBytes(db));
      assertEquals(1, without.lines().size(), without.lines()::toString);
      String line = without.lines().get(0);
      assertTrue(line.contains("not repaired for now"), line);
      assertTrue(line.contains(" in " + disk.point() + "; make that directory available"), line);
      disk.mount();
      starts.start(db);
      assertTrue(Databases.isIntact(db));
      assertEquals(2000, Databases.rows(db));
    }
  }

  /** A file stands in the way: the option is left out, and nothing of it is forgotten. */
  @Test
  void norAreThoseOfADirectoryThatIsLeftOut() throws Exception {
    Path backups = directory.resolve("backups");
    Path db = directory.resolve("app.db");
    try (Starts starts = Starts.with("backup-spacing=0s,backup-dir=" + backups)) {
      Databases.create(db, 2000);
      starts.start(db);
      Path aside = Files.move(backups, directory.resolve("aside"));
      Files.writeString(backups, "in the way");
      Databases.damage(db, "t", 6);
      byte[] damaged = Files.readAllBytes(db);
      Starts.Start without = starts.start(db);
      assertArrayEquals(damaged, Files.readAllBytes(db), without.lines()::toString);
      Files.delete(backups);
      Files.move(aside, backups);
      starts.start(db);
      assertEquals(2000, Databases.rows(db));
    }
  }

  /** Nothing told the repair of them, but it knows that it has lost rows. */
  @Test
  void theBackupWithMoreIsKeptWhenItIsBackAfterARepairWithoutIt() throws Exception {
    Path db = directory.resolve("app.db");
    try (Disk disk = new Disk(directory);
        Starts starts = Starts.with("backup-spacing=0s,backup-dir=" + disk.point())) {
      Databases.create(db, 2000);
      starts.start(db);
      disk.unmount();
      Databases.damage(db, "t", 6);
      Files.delete(Databases.beside(db, ".sqlguard"));
      starts.start(db);
      assertTrue(Databases.rows(db) < 2000);
      disk.mount();
      for (int i = 0; i < 3; i++) {
        starts.start(db, "INSERT INTO t(x) VALUES ('after the loss')");
      }
      List<Integer> rows = new ArrayList<>();
      try (var files = Files.list(disk.point())) {
        for (Path file : files.filter(f -> f.toString().endsWith(".bak.keep")).toList()) {
          rows.add(Databases.rows(file));
        }
      }
      assertEquals(List.of(2000), rows);
    }
  }

  /** A mount point, and what is mounted there at times. */
  private static final class Disk implements AutoCloseable {
    private final Mounts mounts = new Mounts();
    private final Path store;
    private final Path point;

    Disk(Path directory) throws Exception {
      store = Files.createDirectory(directory.toRealPath().resolve("store"));
      point = Files.createDirectory(directory.toRealPath().resolve("point"));
      mount();
    }

    Path point() {
      return point;
    }

    void mount() throws Exception {
      mounts.mount(point, "--bind", store.toString());
    }

    void unmount() throws Exception {
      mounts.close();
    }

    @Override
    public void close() throws Exception {
      mounts.close();
    }
  }

  @Test
  void directoryThatVanishedIsNoReasonToStop() throws Exception {
    Path backups = directory.resolve("backups");
    Path db = directory.resolve("app.db");
    Databases.create(db, 100);
    try (var app = GuardedJvm.jvm().options("backup-dir=" + backups).start()) {
      Path other = directory.resolve("other.db");
      Databases.create(other, 10);
      app.ok("open", "o", "drivermanager", "jdbc:sqlite:" + other);
      for (Path file : Files.list(backups).toList()) {
        Files.delete(file);
      }
      Files.delete(backups);
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("100", app.say("sql", "a", "SELECT count(*) FROM t"));
      assertEquals(0, app.end("return").exitCode());
    }
  }
}
