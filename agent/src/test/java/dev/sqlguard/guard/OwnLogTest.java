package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.Leftovers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log that makes little of a healthy main file, and is its own all the same: SQLite has written a
 * bad page into it, with a good checksum. Or it is another database's: nothing tells that for
 * certain.
 */
class OwnLogTest {
  private static final int WAL_HEADER = 32;
  private static final int FRAME_HEADER = 24;

  @TempDir Path directory;
  private Scene scene;

  @BeforeEach
  void create() throws Exception {
    scene = new Scene(Files.createDirectory(directory.resolve("scene")));
    scene.database().create();
    scene.start();
  }

  @Test
  void whatStandsInItIsSalvaged() throws Exception {
    int root = number("SELECT rootpage FROM sqlite_master WHERE name = 'person'");
    Leftovers.log(
        scene.db(),
        "CREATE TABLE later(x)",
        "INSERT INTO later VALUES ('a'), ('b'), ('c')",
        "INSERT INTO person(name, note) SELECT name || ' again', note FROM person WHERE id > 7");
    emptyInTheLog(root);
    List<String> lines = scene.start().lines();
    assertEquals(3, number("SELECT count(*) FROM later"), "" + lines);
    assertEquals(61 + 60, number("SELECT count(*) FROM person"), "" + lines);
  }

  /** As many pages, a higher change counter, none of the tables: and it is kept for good. */
  @Test
  void anotherDatabasesIsLeftOutAndKept() throws Exception {
    Path other = directory.resolve("other.db");
    SampleDatabase stranger = new SampleDatabase(other);
    stranger.execute(
        "PRAGMA page_size=1024",
        "CREATE TABLE foreign_one(x)",
        "INSERT INTO foreign_one VALUES (1)");
    for (int i = 0; i < 20; i++) {
      stranger.execute("UPDATE foreign_one SET x = x + 1");
    }
    Leftovers.log(
        other,
        "CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
            + " i < 100) SELECT hex(zeroblob(200)) AS y FROM n");
    scene.database().execute("PRAGMA journal_mode=WAL");
    Files.copy(Path.of(other + "-wal"), scene.beside("-wal"));
    byte[] log = Files.readAllBytes(scene.beside("-wal"));
    List<String> lines = scene.start().lines();
    assertEquals(61, number("SELECT count(*) FROM person"), "" + lines);
    scene.keepingOnePieceOfEvidence();
    scene.database().change("later");
    scene.start();
    scene.database().loseALeaf();
    scene.start();
    boolean kept = false;
    for (String name : List.of(".corrupt-wal", ".corrupt.1-wal")) {
      Path file = scene.beside(name);
      kept |= Files.exists(file) && Arrays.equals(log, Files.readAllBytes(file));
    }
    assertTrue(kept, "" + lines);
  }

  private int number(String query) throws SQLException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + scene.db());
        Statement statement = db.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getInt(1);
    }
  }

  /** Zeros for a page in all of its frames, and the checksums of what has become of the log. */
  private void emptyInTheLog(int page) throws Exception {
    ByteBuffer wal = ByteBuffer.wrap(Files.readAllBytes(scene.beside("-wal")));
    int size = wal.getInt(8);
    int[] sum = {wal.getInt(24), wal.getInt(28)};
    boolean bigEndian = (wal.getInt(0) & 1) == 1;
    int found = 0;
    for (int at = WAL_HEADER; at < wal.capacity(); at += FRAME_HEADER + size) {
      if (wal.getInt(at) == page) {
        wal.put(at + FRAME_HEADER, new byte[size]);
        found++;
      }
      add(sum, wal, at, 8, bigEndian);
      add(sum, wal, at + FRAME_HEADER, size, bigEndian);
      wal.putInt(at + 16, sum[0]).putInt(at + 20, sum[1]);
    }
    assertTrue(found > 0, "the log has no such page");
    Files.write(scene.beside("-wal"), wal.array());
  }

  /** SQLite's file format, section 4.2. */
  private static void add(int[] sum, ByteBuffer wal, int from, int length, boolean bigEndian) {
    ByteBuffer words = wal.duplicate();
    words.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int at = from; at < from + length; at += 8) {
      sum[0] += words.getInt(at) + sum[1];
      sum[1] += words.getInt(at + 4) + sum[0];
    }
  }
}
