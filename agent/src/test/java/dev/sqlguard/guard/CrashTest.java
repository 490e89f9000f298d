package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/**
 * The guard dies before each of its system calls in turn: what {@link StopsTest} doesn't see,
 * because between the starts somebody else does something.
 */
class CrashTest {
  static final int ROWS = 300;

  @TempDir Path directory;

  /** SQLite deletes a log without its database as soon as an application opens that. */
  @Test
  void copiesOfALogThatIsGoneByTheNextStart() throws Exception {
    Reference reference = new Reference(Scenario.ORPHANED_LOG.template(directory));
    for (int stop = 0; stop <= reference.calls().size(); stop++) {
      Scene scene = reference.template().layOut();
      Path db = scene.db();
      byte[] wal = Files.readAllBytes(beside(db, "-wal"));
      boolean stopped = scene.startAndStop(new StoppingSyscalls(stop));
      if (stop % 2 == 1) {
        scene.start();
      }
      Files.deleteIfExists(beside(db, "-wal"));
      scene.start();
      if (stop % 2 == 1 || !stopped) {
        assertArrayEquals(wal, Files.readAllBytes(beside(db, ".corrupt-wal")), "stop " + stop);
        assertTrue(Files.exists(beside(db, ".corrupt")), "stop " + stop);
      }
      assertEquals(Files.exists(beside(db, ".corrupt")), Files.exists(beside(db, ".corrupt-wal")));
      assertFalse(Files.exists(beside(db, ".corrupt.1")), "stop " + stop);
      assertFalse(Files.exists(beside(db, ".corrupt.1-wal")), "stop " + stop);
      reference.assertNothingIsLost(scene, "stop " + stop);
      assertEquals(Set.of(), Picture.of(scene).strays(), "stop " + stop);
    }
  }

  static boolean startAndStop(Path db, StoppingSyscalls calls) {
    try {
      start(db, new Disk(calls));
    } catch (StoppingSyscalls.Stopped e) {
      return true;
    }
    return calls.hasStopped();
  }

  static void start(Path db, Disk disk) {
    Target plain = new Target(db, db, false, true, true);
    guard(Settings.Check.FULL, disk).beforeFirstOpen(plain, new JdbcDriver(DB.class, () -> true));
  }

  static Guard guard(Settings.Check check, Disk disk) {
    Log silent = new Log(Log.Level.OFF, Optional.empty());
    return new Guard(settings(check), silent, disk, Optional::empty);
  }

  static Gate gate(Disk disk) {
    return new Gate(guard(Settings.Check.FULL, disk), settings(Settings.Check.FULL));
  }

  static Settings settings(Settings.Check check) {
    return settings(check, 100, 3);
  }

  static Settings settings(Optional<Duration> startTimeout) {
    return settings(Settings.Check.FULL, 100, 3, startTimeout);
  }

  private static Settings settings(Settings.Check check, int maxLoss, int evidence) {
    return settings(check, maxLoss, evidence, Optional.empty());
  }

  private static Settings settings(
      Settings.Check check, int maxLoss, int evidence, Optional<Duration> startTimeout) {
    return new Settings(
        true,
        List.of(),
        List.of(),
        2,
        Optional.empty(),
        Duration.ofHours(1),
        check,
        Duration.ZERO,
        Settings.OnDamage.REPAIR,
        Settings.OnUnrecoverable.OPEN,
        maxLoss,
        true,
        evidence,
        startTimeout,
        Duration.ofSeconds(5),
        true);
  }

  static void create(Path db, int rows) throws Exception {
    execute(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
    insert(db, rows);
  }

  private static void insert(Path db, int rows) throws Exception {
    execute(
        db,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + rows
            + ") INSERT INTO t(x) SELECT hex(randomblob(100)) FROM n");
  }

  static void execute(Path db, String text) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  /** A WAL of the database as it is now, as a killed process leaves it. */
  static void leaveWal(Path db) throws Exception {
    Path copy = beside(db, ".elsewhere");
    Files.copy(db, copy);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("UPDATE t SET x = 'in the WAL' WHERE id = 1");
      Files.copy(copy, db, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Files.copy(beside(copy, "-wal"), beside(db, "-wal"));
    }
    Files.delete(copy);
  }

  static void damage(Path db) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(db.toFile(), "rw")) {
      file.seek(4096 * 5);
      file.write(new byte[4096]);
    }
  }

  static long rows(Path db) throws Exception {
    return count(db, "t");
  }

  private static long count(Path db, String table) throws Exception {
    return first(db, "SELECT count(*) FROM " + table + " NOT INDEXED");
  }

  private static long first(Path db, String query) throws Exception {
    Path copy = Files.createTempFile("sqlguard-crash-", ".db");
    try {
      Files.copy(db, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(query)) {
        row.next();
        return row.getLong(1);
      }
    } finally {
      Files.delete(copy);
    }
  }

  static void assertNothingStaged(Path db, int stop) throws IOException {
    try (var files = Files.list(db.getParent())) {
      List<Path> staged =
          files.filter(file -> file.getFileName().toString().contains(".sqlguard-")).toList();
      assertEquals(List.of(), staged, "stop " + stop);
    }
  }

  static Path beside(Path db, String suffix) {
    return Path.of(db + suffix);
  }

  @Test
  void theDiskReallyStops() throws IOException {
    Disk disk = new Disk(new StoppingSyscalls(0));
    Path file = Files.createFile(directory.resolve("anything"));
    assertThrows(StoppingSyscalls.Stopped.class, () -> disk.delete(file));
    assertTrue(Files.exists(file));
  }
}
