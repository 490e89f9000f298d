package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What lies beside a database, belongs to it or not, or is missing. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.sqlguard.it.Drivers#versions")
class LogsAndJournalsIT {
  private static final int ROWS = 400;
  private static final String ALL = "SELECT id || ' ' || x FROM t ORDER BY id";
  private static final String NEVER = "UPDATE t SET x = 'never committed ' || id";

  @AutoClose private static final Drivers drivers = new Drivers("backup-spacing=0s");

  @Parameter String driver;

  @TempDir Path directory;
  private Path db;
  private Path bak;

  @BeforeEach
  void create() throws Exception {
    db = Starts.unused(directory.toRealPath());
    bak = Databases.beside(db, ".bak");
    Databases.create(db, ROWS);
  }

  private Starts.Start start() throws Exception {
    Starts.Start start = drivers.starts(driver).start(db);
    assertEquals("ok", start.opened(), start.lines()::toString);
    return start;
  }

  /** Healthy: what was committed is in the backup, and nothing else has changed. */
  private void assertBackup(List<String> rows) throws Exception {
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = start();
    Map<String, String> after = Images.contentsOf(directory);
    after.keySet().removeIf(name -> name.contains(".bak") || name.endsWith(".sqlguard"));
    before.keySet().removeIf(name -> name.contains(".bak") || name.endsWith(".sqlguard"));
    assertEquals(before, after, start.lines()::toString);
    assertTrue(Databases.isIntact(bak), start.lines()::toString);
    assertEquals(rows, Databases.query(bak, ALL), start.lines()::toString);
  }

  @Test
  void logOfAKilledWriterIsInTheBackupAsFarAsItIsCommitted() throws Exception {
    start();
    Leftovers.unfinishedLog(
        db, List.of(NEVER, "INSERT INTO t(x) SELECT x FROM t"), "UPDATE t SET x = 'in the log'");
    List<String> rows = Databases.query(db, ALL);
    assertTrue(rows.contains("1 in the log"));
    assertBackup(rows);
  }

  @Test
  void logThatIsCutShortCountsAsFarAsItGoes() throws Exception {
    Leftovers.log(db, "UPDATE t SET x = 'first' WHERE id = 1", "UPDATE t SET x = 'second'");
    Path log = Databases.beside(db, "-wal");
    try (var file = Files.newByteChannel(log, StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 2);
    }
    List<String> rows = Databases.query(db, ALL);
    assertTrue(rows.contains("1 first"));
    assertBackup(rows);
  }

  @Test
  void hotJournalIsRolledBackInTheBackupAlone() throws Exception {
    List<String> rows = Databases.query(db, ALL);
    byte[] before = Files.readAllBytes(db);
    Leftovers.hotJournal(db, "DELETE", NEVER, "INSERT INTO t(x) SELECT x FROM t");
    assertFalse(java.util.Arrays.equals(before, Files.readAllBytes(db)), "half written");
    assertBackup(rows);
  }

  @Test
  void journalOfSeveralDatabasesCountsWhileItsSuperJournalExists() throws Exception {
    List<String> rows = Databases.query(db, ALL);
    Leftovers.hotJournal(db, "DELETE", NEVER);
    Path superJournal = superJournal();
    Path journal = Databases.beside(db, "-journal");
    Files.write(superJournal, (journal + "\0" + directory + "/main.db-journal\0").getBytes());
    Leftovers.addSuperJournal(journal, superJournal);
    assertBackup(rows);
  }

  /** Which old versions of SQLite would delete after the rollback: nothing in it refers to us. */
  @Test
  void anyFileThatAJournalCallsItsSuperJournalStays() throws Exception {
    List<String> rows = Databases.query(db, ALL);
    Leftovers.hotJournal(db, "DELETE", NEVER);
    Path victim = Files.writeString(directory.resolve("letters.txt"), "Dear reader,");
    Leftovers.addSuperJournal(Databases.beside(db, "-journal"), victim.toRealPath());
    assertBackup(rows);
  }

  /** The transaction was committed everywhere when the super-journal was deleted. */
  @Test
  void journalWithoutItsSuperJournalTakesNothingBack() throws Exception {
    Path committed = Files.copy(db, directory.resolve("committed.db"));
    Leftovers.hotJournal(db, "DELETE", NEVER);
    Databases.execute(committed, NEVER.replace("never", "well"));
    Files.copy(committed, db, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.delete(committed);
    List<String> rows = Databases.query(db, ALL);
    Leftovers.addSuperJournal(Databases.beside(db, "-journal"), superJournal());
    assertBackup(rows);
  }

  /** It has the name of the connection's main database; ours was attached. */
  private Path superJournal() throws Exception {
    return directory.toRealPath().resolve("main.db-mj0A1B2C9D3");
  }

  /** As a copy of the main file alone: its rows are gone, but nothing in it is broken. */
  @Test
  void databaseWhoseLogIsMissingIsOpenedAndItsRicherBackupKept() throws Exception {
    List<String> rows = Databases.query(db, ALL);
    start();
    Databases.execute(db, "DELETE FROM t");
    Leftovers.log(db, "INSERT INTO t(x) VALUES ('only in the log')");
    Files.delete(Databases.beside(db, "-wal"));
    byte[] before = Files.readAllBytes(db);
    start();
    assertArrayEquals(before, Files.readAllBytes(db));
    assertEquals(rows, Databases.query(Databases.beside(db, ".bak.keep"), ALL));
  }

  @Test
  void emptyFileStaysEmptyAndItsRicherBackupIsKept() throws Exception {
    List<String> rows = Databases.query(db, ALL);
    start();
    Files.write(db, new byte[0]);
    for (int i = 0; i < 2; i++) {
      start();
      assertEquals(0, Files.size(db));
    }
    assertEquals(rows, Databases.query(Databases.beside(db, ".bak.keep"), ALL));
  }

  @Test
  void emptyFileWithoutABackupIsNothingToSpeakOf() throws Exception {
    Files.write(db, new byte[0]);
    assertEquals(List.of(), start().lines());
    assertEquals(
        Map.of(db.getFileName().toString(), Images.hash(db)), Images.contentsOf(directory));
  }

  /** SQLite would replay it at the next open, and what the database held would be gone. */
  @Test
  void logOfAnotherDatabaseTakesNothingAway() throws Exception {
    List<String> rows = Databases.query(db, ALL);
    start();
    Path other = directory.resolve("other.db");
    Databases.execute(other, "CREATE TABLE o(a, b)", "CREATE INDEX oi ON o(b)");
    Leftovers.log(other, "INSERT INTO o VALUES (1, 'another''s')");
    byte[] log = Files.readAllBytes(Databases.beside(other, "-wal"));
    Files.write(Databases.beside(db, "-wal"), log);
    start();
    start();
    assertArrayEquals(log, anywhere("-wal"));
    assertTrue(isAnywhere(rows), () -> "the rows are in one of " + names());
  }

  /** The same with a journal, which SQLite would roll back into the file. */
  @Test
  void journalOfAnotherDatabaseTakesNothingAway() throws Exception {
    List<String> rows = Databases.query(db, ALL);
    start();
    Path other = directory.resolve("other.db");
    Databases.create(other, ROWS);
    Leftovers.hotJournal(other, "DELETE", NEVER);
    byte[] journal = Files.readAllBytes(Databases.beside(other, "-journal"));
    Files.write(Databases.beside(db, "-journal"), journal);
    start();
    start();
    assertArrayEquals(journal, anywhere("-journal"));
    assertTrue(isAnywhere(rows), () -> "the rows are in one of " + names());
  }

  private List<String> names() {
    try {
      return Databases.filesOf(db);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private byte[] anywhere(String suffix) throws Exception {
    Path kept = Databases.beside(db, ".corrupt" + suffix);
    return Files.readAllBytes(Files.exists(kept) ? kept : Databases.beside(db, suffix));
  }

  /** In the database as the application finds it, or in what the guard will never rotate. */
  private boolean isAnywhere(List<String> rows) throws Exception {
    for (String suffix : List.of("", ".bak.keep")) {
      Path file = Databases.beside(db, suffix);
      if (Files.exists(file)
          && Databases.isIntact(file)
          && Databases.query(file, "SELECT name FROM sqlite_master").contains("t")
          && Databases.query(file, ALL).equals(rows)) {
        return true;
      }
    }
    return false;
  }
}
