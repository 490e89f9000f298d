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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code restore}: a backup, or what a replacement took away, becomes the database. */
class RestoreByHandIT {
  private static final String ALL = "SELECT id || ' ' || x FROM t ORDER BY id";

  @TempDir Path directory;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = directory.resolve("app.db");
    Databases.create(db, 300);
  }

  private void guardedStart(String... statements) throws Exception {
    try (Starts starts = Starts.with("backup-spacing=0s")) {
      starts.start(db, statements);
    }
  }

  private List<String> restore(Object... words) throws Exception {
    GuardedJvm.Ended ended = run(words);
    assertEquals(List.of(), ended.errors());
    assertEquals(0, ended.exitCode());
    return ended.output();
  }

  private GuardedJvm.Ended run(Object... words) throws Exception {
    Object[] all = new Object[words.length + 2];
    all[0] = "restore";
    all[1] = db;
    System.arraycopy(words, 0, all, 2, words.length);
    return Command.run(all);
  }

  private void assertRefused(int exitCode, String why, Object... words) throws Exception {
    Path state = Databases.beside(db, ".sqlguard");
    Map<String, String> before = Images.contentsOf(directory);
    before.remove(state.getFileName().toString());
    GuardedJvm.Ended ended = run(words);
    assertEquals(exitCode, ended.exitCode(), ended.errors()::toString);
    assertEquals(List.of(), ended.output());
    assertEquals(1, ended.errors().size(), ended.errors()::toString);
    assertTrue(ended.errors().get(0).contains(why), ended.errors()::toString);
    Map<String, String> after = Images.contentsOf(directory);
    after.remove(state.getFileName().toString());
    assertEquals(before, after);
  }

  private Path corrupt(String suffix) {
    return Databases.beside(db, ".corrupt" + suffix);
  }

  @Test
  void newestBackup() throws Exception {
    List<String> saved = Databases.query(db, ALL);
    guardedStart("DELETE FROM t WHERE id > 10");
    byte[] now = Files.readAllBytes(db);
    List<String> lines = restore();
    assertEquals(saved, Databases.query(db, ALL));
    assertArrayEquals(now, Files.readAllBytes(corrupt("")));
    assertTrue(lines.get(0).contains("restored from app.db.bak ("), lines::toString);
    assertTrue(lines.get(0).endsWith(" old), 300 rows in 1 table"), lines::toString);
    String report = Files.readString(corrupt(".report.json"));
    assertTrue(report.contains("\"rows\": 300"), report);
    assertTrue(report.contains("\"evidence\": \"" + corrupt("") + '"'), report);
  }

  @ParameterizedTest
  @ValueSource(strings = {".bak.1", "app.db.bak.1"})
  void namedSlot(String slot) throws Exception {
    List<String> saved = Databases.query(db, ALL);
    guardedStart("INSERT INTO t(x) VALUES ('later')");
    guardedStart();
    restore(slot);
    assertEquals(saved, Databases.query(db, ALL));
  }

  @Test
  void slotByItsPath() throws Exception {
    List<String> saved = Databases.query(db, ALL);
    guardedStart("DELETE FROM t WHERE id > 10");
    restore(Databases.beside(db, ".bak"));
    assertEquals(saved, Databases.query(db, ALL));
  }

  @Test
  void keptBackup() throws Exception {
    List<String> saved = Databases.query(db, ALL);
    guardedStart("DELETE FROM t");
    guardedStart();
    guardedStart();
    restore(".bak.keep");
    assertEquals(saved, Databases.query(db, ALL));
  }

  @Test
  void replacementIsUndone() throws Exception {
    guardedStart("INSERT INTO t(x) VALUES ('after the backup')");
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    guardedStart("INSERT INTO t(x) VALUES ('after the repair')");
    assertTrue(Databases.isIntact(db));
    byte[] repaired = Files.readAllBytes(db);
    List<String> lines = restore("--undo");
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertArrayEquals(repaired, Files.readAllBytes(corrupt("")));
    assertArrayEquals(damaged, Files.readAllBytes(corrupt(".1")));
    assertTrue(lines.stream().anyMatch(line -> line.contains("on-damage=report")));
    restore(".corrupt");
    assertArrayEquals(repaired, Files.readAllBytes(db));
  }

  /** One file takes its place: a log that stood beside it would be replayed into the wrong one. */
  @Test
  void whatTheLogHadCommittedComesBackToo() throws Exception {
    guardedStart();
    try (var app = Command.user(db, "PRAGMA journal_mode=WAL", "DELETE FROM t WHERE id > 10")) {
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('only in the log')");
      app.kill();
    }
    restore();
    assertEquals(300, Databases.rows(db));
    restore("--undo");
    assertEquals(11, Databases.rows(db));
    assertEquals(
        List.of("11"), Databases.query(db, "SELECT id FROM t WHERE x = 'only in the log'"));
    assertArrayEquals(new byte[] {2, 2}, Images.bytes(db, 18, 2));
    assertFalse(Files.exists(Databases.beside(db, "-wal")));
  }

  @Test
  void halfATransactionDoesNotComeBack() throws Exception {
    Databases.execute(db, "PRAGMA page_size=512", "VACUUM");
    guardedStart();
    try (var app = Command.user(db, "PRAGMA cache_size=5", "BEGIN")) {
      app.ok("sql", "a", "UPDATE t SET x = 'half'");
      app.kill();
    }
    assertTrue(Files.size(Databases.beside(db, "-journal")) > 512);
    restore();
    restore("--undo");
    assertEquals(List.of("0"), Databases.query(db, "SELECT count(*) FROM t WHERE x = 'half'"));
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void restorationIsUndone() throws Exception {
    guardedStart("DELETE FROM t WHERE id > 10");
    List<String> fewer = Databases.query(db, ALL);
    restore();
    restore("--undo");
    assertEquals(fewer, Databases.query(db, ALL));
  }

  @Test
  void databaseThatIsGone() throws Exception {
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("rw-r-----"));
    List<String> saved = Databases.query(db, ALL);
    guardedStart();
    Files.delete(db);
    restore();
    assertEquals(saved, Databases.query(db, ALL));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(db)));
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
  }

  @Test
  void logOfADatabaseThatIsGoneIsKeptAndNotReplayed() throws Exception {
    List<String> saved = Databases.query(db, ALL);
    guardedStart();
    try (var app = Command.user(db, "PRAGMA journal_mode=WAL", "DELETE FROM t WHERE id = 1")) {
      app.kill();
    }
    byte[] log = Files.readAllBytes(Databases.beside(db, "-wal"));
    Files.delete(db);
    restore();
    assertEquals(saved, Databases.query(db, ALL));
    assertArrayEquals(log, Files.readAllBytes(corrupt("-wal")));
  }

  @Test
  void journalModeAndAccessStay() throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    Files.setPosixFilePermissions(db, PosixFilePermissions.fromString("rw-r-----"));
    guardedStart("DELETE FROM t WHERE id > 10");
    restore();
    assertArrayEquals(new byte[] {2, 2}, Images.bytes(db, 18, 2));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(db)));
    assertFalse(Files.exists(Databases.beside(db, "-wal")));
    assertEquals(300, Databases.rows(db));
  }

  @Test
  void logThatBelongsToTheReplacedFileIsKeptWithIt() throws Exception {
    guardedStart();
    try (var app = Command.user(db, "PRAGMA journal_mode=WAL", "DELETE FROM t WHERE id > 10")) {
      app.kill();
    }
    byte[] log = Files.readAllBytes(Databases.beside(db, "-wal"));
    restore();
    assertEquals(300, Databases.rows(db));
    assertArrayEquals(log, Files.readAllBytes(corrupt("-wal")));
  }

  @Test
  void damagedBackupIsPassedOver() throws Exception {
    List<String> saved = Databases.query(db, ALL);
    guardedStart("INSERT INTO t(x) VALUES ('later')");
    guardedStart();
    Databases.damage(Databases.beside(db, ".bak"), "t", 1);
    restore();
    assertEquals(saved, Databases.query(db, ALL));
  }

  @Test
  void backupDirectory() throws Exception {
    Path backups = directory.resolve("backups");
    List<String> saved = Databases.query(db, ALL);
    try (Starts starts = Starts.with("backup-dir=" + backups)) {
      starts.start(db, "DELETE FROM t WHERE id > 10");
    }
    restore("--backup-dir", backups);
    assertEquals(saved, Databases.query(db, ALL));
    restore("--undo", "--backup-dir", backups);
    assertEquals(10, Databases.rows(db));
    restore(".bak", "--backup-dir", backups);
    assertEquals(saved, Databases.query(db, ALL));
  }

  @Test
  void evidenceIsNeverDeleted() throws Exception {
    for (int i = 0; i < 5; i++) {
      guardedStart("DELETE FROM t WHERE id > " + (200 - i));
      restore();
    }
    assertTrue(Files.exists(corrupt(".4")), Databases.filesOf(db)::toString);
  }

  @Test
  void notWhereThereIsNoBackup() throws Exception {
    assertRefused(2, "no guard has backed it up here");
  }

  @Test
  void notWhatIsNotThere() throws Exception {
    guardedStart();
    assertRefused(2, "there is no .bak.7", ".bak.7");
    assertRefused(2, "there is no .corrupt", "--undo");
  }

  @Test
  void notFilesOfSomebodyElse() throws Exception {
    guardedStart();
    Files.copy(db, Databases.beside(db, ".bak.5"));
    Databases.execute(Databases.beside(db, ".bak.5"), "DELETE FROM t");
    assertRefused(2, "isn't the guard's", ".bak.5");
    Files.writeString(corrupt(""), "mine");
    assertRefused(2, "isn't the guard's", "--undo");
  }

  @Test
  void notUnderAnIdleConnection() throws Exception {
    guardedStart("DELETE FROM t WHERE id > 10");
    try (var user = Command.user(db, "SELECT count(*) FROM t")) {
      assertRefused(75, "process " + user.pid() + " has it open");
      assertRefused(75, "process " + user.pid() + " has it open", ".bak");
      assertEquals("ok", user.say("sql", "a", "INSERT INTO t(x) VALUES ('goes on')"));
    }
  }

  @Test
  void notUnderALog() throws Exception {
    guardedStart();
    try (var user = Command.user(db, "PRAGMA journal_mode=WAL", "DELETE FROM t WHERE id = 1")) {
      assertRefused(75, "has it open");
      assertEquals("ok", user.say("sql", "a", "INSERT INTO t(x) VALUES ('goes on')"));
    }
  }

  @Test
  void notWhereTheFileHasASecondName() throws Exception {
    guardedStart();
    Files.createLink(directory.resolve("second.db"), db);
    assertRefused(75, "2 hard links");
  }
}
