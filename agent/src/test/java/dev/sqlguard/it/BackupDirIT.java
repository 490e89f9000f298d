package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
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
