package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A WAL with committed transactions behind a frame that a disk has broken. SQLite ends there, and
 * what it reads is sound: nothing but the log says that there was more.
 */
class BrokenLogIT {
  private static final int ROWS = 400;
  private static final int MORE = 10;
  private static final int HEADER = 32;
  private static final int FRAME = 24 + 4096;

  @AutoClose private static final Starts starts = Starts.with("");

  @TempDir Path directory;
  private Path db;
  private Path log;
  private Path kept;

  @BeforeEach
  void create() throws Exception {
    db = Starts.unused(directory.toRealPath());
    log = Databases.beside(db, "-wal");
    kept = Databases.beside(db, ".corrupt");
    Databases.create(db, ROWS);
  }

  /** One transaction for each row. */
  private void writeLog() throws Exception {
    String[] statements = new String[MORE];
    for (int i = 0; i < MORE; i++) {
      statements[i] = "INSERT INTO t(x) VALUES ('in the log " + i + "')";
    }
    Leftovers.log(db, statements);
  }

  private void start() throws Exception {
    Starts.Start start = starts.start(db);
    assertEquals("ok", start.opened(), start.lines()::toString);
  }

  private void assertKept(byte[] main, byte[] wal) throws Exception {
    assertArrayEquals(main, Files.readAllBytes(kept));
    assertArrayEquals(wal, Files.readAllBytes(Path.of(kept + "-wal")));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt.1")));
    Path saved = directory.resolve("saved.db");
    var command = Command.run("salvage", kept, saved);
    assertTrue(Databases.isIntact(saved), command.errors()::toString);
    assertEquals(ROWS + MORE, Databases.rows(saved), command.output()::toString);
  }

  @Test
  void whatStandsBehindABrokenFrameIsKept() throws Exception {
    start();
    writeLog();
    Databases.overwrite(log, HEADER + 2 * FRAME + 3000, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    byte[] main = Files.readAllBytes(db);
    byte[] wal = Files.readAllBytes(log);
    start();
    assertTrue(Databases.rows(db) < ROWS + MORE, "SQLite ends at the broken frame");
    assertKept(main, wal);
  }

  @Test
  void soIsALogWithABrokenHeader() throws Exception {
    writeLog();
    Databases.overwrite(log, 4, new byte[8]);
    byte[] main = Files.readAllBytes(db);
    byte[] wal = Files.readAllBytes(log);
    start();
    assertEquals(ROWS, Databases.rows(db));
    assertKept(main, wal);
  }

  @Test
  void theRicherBackupStays() throws Exception {
    writeLog();
    start();
    assertEquals(ROWS + MORE, Databases.rows(Databases.beside(db, ".bak")));
    Databases.overwrite(log, HEADER + 2 * FRAME + 3000, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    start();
    assertEquals(ROWS + MORE, Databases.rows(Databases.beside(db, ".bak.keep")));
    assertTrue(Databases.rows(Databases.beside(db, ".bak")) < ROWS + MORE);
  }

  @Test
  void theSameOneIsKeptOnce() throws Exception {
    writeLog();
    Databases.overwrite(log, HEADER + 2 * FRAME + 3000, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    byte[] main = Files.readAllBytes(db);
    byte[] wal = Files.readAllBytes(log);
    start();
    Files.write(db, main);
    Files.write(log, wal);
    start();
    assertKept(main, wal);
  }

  /**
   * Neither the rest of an older log, nor a transaction that wasn't committed, was ever promised.
   */
  @Test
  void wholeLogsLeaveNothing() throws Exception {
    writeLog();
    start();
    Leftovers.unfinishedLog(
        db, List.of("INSERT INTO t(x) SELECT x FROM t"), "UPDATE t SET x = 'last' WHERE id = 1");
    start();
    assertFalse(Files.exists(kept));
  }
}
