package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code status}: what lies beside a database, and nothing of it changed. */
class StatusIT {
  private static final int ROWS = 300;

  @TempDir Path directory;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = directory.resolve("app.db");
    Databases.create(db, ROWS);
  }

  private void guardedStart(String... statements) throws Exception {
    try (Starts starts = Starts.with("backup-spacing=0s")) {
      starts.start(db, statements);
    }
  }

  private List<String> status(int exitCode, Object... words) throws Exception {
    Map<String, String> before = Images.contentsOf(directory);
    Object[] all = new Object[words.length + 2];
    all[0] = "status";
    all[1] = db;
    System.arraycopy(words, 0, all, 2, words.length);
    GuardedJvm.Ended ended = Command.run(all);
    assertEquals(List.of(), ended.errors());
    assertEquals(exitCode, ended.exitCode(), ended.output()::toString);
    assertEquals(before, Images.contentsOf(directory));
    return ended.output();
  }

  private static void assertMatches(String pattern, String line) {
    assertTrue(line.matches(pattern), line);
  }

  @Test
  void databaseWithoutABackup() throws Exception {
    List<String> lines = status(0);
    assertMatches(".*/app\\.db: [0-9.]+ kB, written \\d+ s ago", lines.get(0));
    assertEquals("  no backup", lines.get(1));
    assertEquals(2, lines.size(), lines::toString);
  }

  @Test
  void twoBackups() throws Exception {
    guardedStart("INSERT INTO t(x) VALUES ('one more')");
    guardedStart();
    List<String> lines = status(0);
    assertEquals(3, lines.size(), lines::toString);
    assertMatches(
        "  .*/app\\.db\\.bak: backup, [0-9.]+ kB, \\d+ s old, 301 rows in 1 table,"
            + " passed the full check then",
        lines.get(1));
    assertMatches("  .*/app\\.db\\.bak\\.1: backup, .* 300 rows in 1 table, .*", lines.get(2));
  }

  @Test
  void tablesAreCounted() throws Exception {
    guardedStart();
    List<String> lines = status(0, "--tables");
    assertMatches(" +table +rows", lines.get(2));
    assertMatches(" +t +300", lines.get(3));
  }

  @Test
  void keptBackup() throws Exception {
    guardedStart("DELETE FROM t");
    guardedStart();
    List<String> lines = status(0);
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("app.db.bak.keep: backup, never rotated")),
        lines::toString);
  }

  @Test
  void evidence() throws Exception {
    guardedStart();
    Databases.damage(db, "t", 1);
    guardedStart();
    List<String> lines = status(0);
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("app.db.corrupt: damaged original, ")),
        lines::toString);
    List<String> checked = status(0, "--check");
    assertTrue(
        checked.stream().anyMatch(line -> line.matches(".*corrupt: .*checked now: DAMAGED .*")),
        checked::toString);
  }

  @Test
  void filesOfSomebodyElse() throws Exception {
    Files.writeString(Databases.beside(db, ".bak"), "mine");
    Files.writeString(Databases.beside(db, ".corrupt"), "mine");
    List<String> lines = status(0);
    assertTrue(lines.get(1).contains("app.db.bak: not the guard's"), lines::toString);
    assertTrue(lines.get(2).contains("app.db.corrupt: not the guard's"), lines::toString);
    assertEquals("  no backup", lines.get(3));
  }

  @Test
  void backupThatWasChangedIsNotTheGuardsAnyMore() throws Exception {
    guardedStart();
    Databases.overwrite(Databases.beside(db, ".bak"), 5000, new byte[] {1, 2, 3});
    List<String> lines = status(0);
    assertTrue(lines.get(1).contains("not the guard's, or changed since"), lines::toString);
  }

  @Test
  void checkFindsDamageOfNow() throws Exception {
    guardedStart();
    Databases.damage(db, "t", 1);
    List<String> lines = status(1, "--check");
    assertMatches(
        ".*app\\.db: .*; checked now: DAMAGED \\(.*\\), \\d+ rows readable", lines.get(0));
    assertTrue(lines.get(1).endsWith("checked now: healthy, 300 rows in 1 table"));
  }

  @Test
  void checkSeesWhatIsOnlyInTheLog() throws Exception {
    try (var user = Command.user(db, "PRAGMA journal_mode=WAL", "DELETE FROM t WHERE id = 1")) {
      List<String> lines = status(0, "--check");
      assertMatches(".*WAL of .*checked now: healthy, 299 rows in 1 table", lines.get(0));
      assertEquals("ok", user.say("sql", "a", "INSERT INTO t(x) VALUES ('goes on')"));
    }
  }

  @Test
  void missingDatabaseWithABackup() throws Exception {
    guardedStart();
    Files.delete(db);
    List<String> lines = status(0);
    assertTrue(lines.get(0).endsWith("app.db: doesn't exist"));
    assertTrue(lines.get(1).contains("app.db.bak: backup"));
  }

  @Test
  void nothingAtAll() throws Exception {
    GuardedJvm.Ended ended = Command.run("status", directory.resolve("none.db"));
    assertEquals(66, ended.exitCode());
    assertEquals(1, ended.errors().size());
  }

  @Test
  void throughALink() throws Exception {
    guardedStart();
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), db);
    GuardedJvm.Ended ended = Command.run("status", link);
    assertTrue(ended.output().get(1).contains("app.db.bak: backup"), ended.output()::toString);
  }

  @Test
  void backupDirectory() throws Exception {
    Path backups = directory.resolve("backups");
    try (Starts starts = Starts.with("backup-dir=" + backups)) {
      starts.start(db);
    }
    assertEquals("  no backup", status(0).get(1));
    List<String> lines = status(0, "--backup-dir", backups);
    assertMatches("  .*/backups/app\\.db-[0-9a-f]{8}\\.bak: backup, .* 300 rows .*", lines.get(1));
  }

  @Test
  void directoryIsNoDatabase() throws Exception {
    GuardedJvm.Ended ended = Command.run("status", directory);
    assertEquals(66, ended.exitCode());
    assertTrue(ended.errors().get(0).endsWith("is not an ordinary file"), ended.errors()::toString);
  }
}
