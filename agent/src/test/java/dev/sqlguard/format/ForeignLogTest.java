package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs beside files, and the indexes beside both, as SQLite wrote them. */
class ForeignLogTest {
  private static final Optional<String> NONE = Optional.empty();

  @TempDir Path directory;

  /** Files as they stood while connections were open. */
  private record Moment(byte[] main, byte[] wal, byte[] shm) {
    static Moment of(Path file) throws Exception {
      return new Moment(
          Files.readAllBytes(file), Files.readAllBytes(side(file, "-wal")), bytes(file));
    }

    private static byte[] bytes(Path file) throws Exception {
      return Files.readAllBytes(side(file, "-shm"));
    }

    private static Path side(Path file, String suffix) {
      return file.resolveSibling(file.getFileName() + suffix);
    }

    Moment withWalOf(Moment other) {
      return new Moment(main, other.wal, shm);
    }

    Moment cut(int bytes) {
      return new Moment(main, java.util.Arrays.copyOf(wal, wal.length - bytes), shm);
    }

    WalImage image() throws Exception {
      return WalImage.over(new MemoryImage(main), new MemoryImage(wal), Replay.STRICT);
    }

    Optional<String> mark() throws Exception {
      return ForeignLog.mark(new MemoryImage(main), image());
    }

    WalIndexHeader index() {
      return WalIndexHeader.parse(shm).orElseThrow();
    }
  }

  private Connection open(String name, int pageSize) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(name));
    run(connection, "PRAGMA page_size=" + pageSize, "PRAGMA journal_mode=WAL");
    run(connection, "PRAGMA wal_autocheckpoint=0");
    return connection;
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private Moment moment(String name) throws Exception {
    return Moment.of(directory.resolve(name));
  }

  /** Commits, checkpoints, new generations, vacuums, by two connections: none is foreign. */
  @Test
  void ownLogsAreNeverForeign() throws Exception {
    List<String> statements =
        List.of(
            "INSERT INTO t(x) SELECT hex(randomblob(300)) FROM t LIMIT 40",
            "INSERT INTO t(x) VALUES (zeroblob(5000))",
            "DELETE FROM t WHERE id % 5 = 1",
            "UPDATE t SET x = abs(random()) WHERE id = 2",
            "PRAGMA wal_checkpoint(TRUNCATE)",
            "PRAGMA wal_checkpoint(PASSIVE)",
            "PRAGMA wal_checkpoint(RESTART)",
            "PRAGMA incremental_vacuum(3)",
            "PRAGMA user_version=7",
            "VACUUM");
    Random random = new Random(6);
    int withoutFirstPage = 0;
    try (Connection a = open("own.db", 1024);
        Connection b = open("own.db", 1024)) {
      run(a, "PRAGMA auto_vacuum=INCREMENTAL", "CREATE TABLE t(id INTEGER PRIMARY KEY, x)");
      run(a, "INSERT INTO t(x) VALUES (1), (2)");
      for (int i = 0; i < 400; i++) {
        run(random.nextBoolean() ? a : b, statements.get(random.nextInt(statements.size())));
        Moment moment = moment("own.db");
        assertEquals(NONE, moment.mark(), "after " + i);
        WalImage image = moment.image();
        withoutFirstPage += image.pageSize().isPresent() && !image.replaces(1) ? 1 : 0;
        assertEquals(0, image.missing(moment.index()), "after " + i);
      }
    }
    assertTrue(withoutFirstPage > 5, "only " + withoutFirstPage);
  }

  private List<Moment> moments(String name, int pageSize, int steps) throws Exception {
    List<Moment> moments = new ArrayList<>();
    try (Connection connection = open(name, pageSize)) {
      run(connection, "CREATE TABLE t(id INTEGER PRIMARY KEY, x)", "INSERT INTO t VALUES (1, 1)");
    }
    for (int i = 0; i < steps; i++) {
      // A connection raises the counter once.
      try (Connection connection = open(name, pageSize)) {
        run(connection, "INSERT INTO t(x) VALUES (zeroblob(9000))");
        run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        run(connection, "UPDATE t SET x = " + (i + 2) + " WHERE id = 1");
        moments.add(moment(name));
        run(connection, "PRAGMA user_version=" + (i + 1));
        moments.add(moment(name));
      }
    }
    return moments;
  }

  @Test
  void logsOfOtherPageSizesAre() throws Exception {
    List<Moment> own = moments("a.db", 1024, 1);
    for (Moment other : moments("b.db", 4096, 1)) {
      assertEquals(Optional.of("its pages have another size"), own.get(0).withWalOf(other).mark());
    }
  }

  @Test
  void logOfAnotherNumberOfPagesIs() throws Exception {
    List<Moment> moments = moments("a.db", 1024, 3);
    Optional<String> mark = Optional.of("it is of a database with another number of pages");
    assertEquals(mark, moments.get(4).withWalOf(moments.get(0)).mark());
    assertEquals(mark, moments.get(0).withWalOf(moments.get(4)).mark());
    assertEquals(NONE, moments.get(4).mark());
  }

  @Test
  void olderLogWithTheFirstPageIs() throws Exception {
    List<Moment> moments = moments("a.db", 1024, 6);
    Optional<String> mark = Optional.of("it is older than the database");
    assertEquals(mark, moments.get(11).withWalOf(moments.get(1)).mark());
    assertEquals(NONE, moments.get(1).withWalOf(moments.get(11)).mark(), "newer: can't be told");
  }

  @Test
  void indexTellsWhatACutLogLacks() throws Exception {
    Moment moment = moments("a.db", 1024, 1).get(1);
    long frames = moment.index().frames();
    assertTrue(frames > 1);
    assertEquals(0, moment.image().missing(moment.index()));
    assertEquals(1, moment.cut(1).image().missing(moment.index()));
    assertEquals(frames, moment.cut(moment.wal.length - 32).image().missing(moment.index()));
    assertEquals(0, moment.cut(moment.wal.length - 31).image().missing(moment.index()));
  }

  @Test
  void indexOfAnotherGenerationTellsNothing() throws Exception {
    List<Moment> moments = moments("a.db", 1024, 2);
    assertEquals(0, moments.get(0).cut(1).image().missing(moments.get(3).index()));
  }

  @Test
  void brokenIndexIsNone() throws Exception {
    byte[] shm = moments("a.db", 1024, 1).get(0).shm;
    for (int at = 0; at < WalIndexHeader.SIZE; at++) {
      byte[] broken = shm.clone();
      broken[at] ^= 1;
      assertEquals(Optional.empty(), WalIndexHeader.parse(broken), "byte " + at);
      broken[at < 48 ? at + 48 : at - 48] ^= 1;
      assertEquals(Optional.empty(), WalIndexHeader.parse(broken), "both bytes " + at);
    }
    assertEquals(Optional.empty(), WalIndexHeader.parse(new byte[WalIndexHeader.SIZE]));
  }
}
