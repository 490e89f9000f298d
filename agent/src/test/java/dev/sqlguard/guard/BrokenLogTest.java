package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.FailingSyscalls;
import dev.sqlguard.store.fault.Failure;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs with committed transactions behind a broken frame, again and again. */
class BrokenLogTest {
  private static final int MOST = 8;

  @TempDir Path directory;
  private Scene scene;

  @BeforeEach
  void create() throws Exception {
    scene = new Scene(Files.createDirectory(directory.resolve("scene")));
    scene.database().create();
    scene.start();
  }

  /** A log of five transactions, the third of which has a changed byte. */
  private void leaveBrokenLog(int round) throws Exception {
    String[] inserts = new String[5];
    for (int i = 0; i < inserts.length; i++) {
      String key = "'" + round + "-" + i + "'";
      inserts[i] = "INSERT INTO setting VALUES (" + key + ", hex(randomblob(40)))";
    }
    leaveLog(inserts);
    breakLog();
  }

  private void leaveLog(String... statements) throws Exception {
    Path db = scene.db();
    Path copy = db.resolveSibling("elsewhere.db");
    Files.deleteIfExists(scene.beside("-wal"));
    Files.copy(db, copy);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      for (String text : statements) {
        statement.execute(text);
      }
      Files.copy(copy, db, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(Path.of(copy + "-wal"), scene.beside("-wal"));
    }
    Files.delete(copy);
  }

  private void breakLog() throws Exception {
    try (RandomAccessFile wal = new RandomAccessFile(scene.beside("-wal").toFile(), "rw")) {
      wal.seek(32 + 2 * (24 + 1024) + 500);
      int there = wal.read();
      wal.seek(32 + 2 * (24 + 1024) + 500);
      wal.write(there + 1);
    }
  }

  private long evidence() throws Exception {
    try (Stream<Path> files = Files.list(scene.db().getParent())) {
      return files.filter(file -> file.toString().matches(".*\\.corrupt(\\.\\d+)?")).count();
    }
  }

  @Test
  void oneThatCannotBeKeptTakesNoBackupAway() throws Exception {
    byte[] before = Files.readAllBytes(scene.beside(".bak"));
    leaveBrokenLog(0);
    scene.start(
        new FailingSyscalls(
            call -> call.is(Kind.CREATE, "-evidence"), Failure.NO_PERMISSION, false));
    assertEquals(0, evidence());
    assertTrue(Files.mismatch(scene.beside(".bak.1"), scene.beside(".bak")) >= 0);
    assertEquals(0, java.util.Arrays.compare(before, Files.readAllBytes(scene.beside(".bak.1"))));
  }

  /** As many rows as before the move, but others. */
  @Test
  void aBackupOfRowsThatMovedToAnotherTableIsKept() throws Exception {
    String moved = moveARowAndBreakTheLog();
    scene.start();
    assertEquals(moved, Picture.contentOf(scene.beside(".bak.keep")));
  }

  /** The application's next commit overwrites it. */
  @Test
  void theLogIsKeptWhereTheBackupCanNotBe() throws Exception {
    String moved = moveARowAndBreakTheLog();
    FailingSyscalls calls =
        new FailingSyscalls(call -> call.is(Kind.RENAME, "-keep"), Failure.IO_ERROR, false);
    scene.start(calls);
    assertTrue(calls.failedAt().isPresent());
    assertEquals(1, evidence());
    assertEquals(moved, Picture.contentOf(scene.beside(".bak")));
  }

  private String moveARowAndBreakTheLog() throws Exception {
    String move = "INSERT INTO setting SELECT name, note FROM person WHERE id = 20";
    leaveLog(
        "UPDATE person SET note = 'x' WHERE id = 20",
        "UPDATE person SET note = 'y' WHERE id = 20",
        "UPDATE person SET note = 'z' WHERE id = 20",
        "BEGIN",
        move,
        "DELETE FROM person WHERE id = 20",
        "COMMIT");
    String moved = scene.content();
    scene.start();
    assertEquals(moved, Picture.contentOf(scene.beside(".bak")));
    breakLog();
    return moved;
  }

  @Test
  void noMoreThanEightWaitToBeLookedAt() throws Exception {
    for (int round = 0; round < MOST + 2; round++) {
      leaveBrokenLog(round);
      scene.start();
      scene.start();
      assertEquals(Math.min(round + 1, MOST), evidence());
    }
  }
}
