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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/**
 * The guard dies before each of its file operations in turn; the next start has to find every row,
 * every backup, and nothing left lying about.
 */
class CrashTest {
  static final int ROWS = 300;

  @TempDir Path directory;

  @Test
  void healthyStartsSurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, ROWS);
      start(db, new Disk());
      insert(db, 1);
      start(db, new Disk());
      insert(db, 1);
      boolean stopped = startAndStop(db, stop);
      assertEquals(ROWS + 2, rows(db), "before the second start, stop " + stop);
      assertTrue(rows(beside(db, ".bak.1")) >= ROWS || rows(beside(db, ".bak")) >= ROWS);
      start(db, new Disk());
      assertEquals(ROWS + 2, rows(db), "stop " + stop);
      assertEquals(ROWS + 2, rows(beside(db, ".bak")), "stop " + stop);
      assertEquals(ROWS, rows(beside(db, ".bak.1")), "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  @Test
  void restoresSurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, ROWS);
      start(db, new Disk());
      damage(db);
      byte[] damaged = Files.readAllBytes(db);
      boolean stopped = startAndStop(db, stop);
      start(db, new Disk());
      assertEquals(ROWS, rows(db), "stop " + stop);
      assertEquals(ROWS, rows(beside(db, ".bak")), "stop " + stop);
      assertEquals(
          -1,
          java.util.Arrays.mismatch(damaged, Files.readAllBytes(beside(db, ".corrupt"))),
          "stop " + stop);
      assertEquals(1, (Integer) Files.getAttribute(db, "unix:nlink"), "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  /** Without a backup, with rows for the quarantine, and with older evidence to move up. */
  @Test
  void salvagesSurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, ROWS);
      addALongRow(db);
      cutTheLongRow(db);
      start(db, new Disk());
      byte[] first = Files.readAllBytes(beside(db, ".corrupt"));
      Files.deleteIfExists(beside(db, ".bak"));
      addALongRow(db);
      cutTheLongRow(db);
      byte[] damaged = Files.readAllBytes(db);
      boolean stopped = startAndStop(db, stop);
      start(db, new Disk());
      assertEquals(ROWS, rows(db), "stop " + stop);
      assertArrayEquals(damaged, Files.readAllBytes(beside(db, ".corrupt")), "stop " + stop);
      assertArrayEquals(first, Files.readAllBytes(beside(db, ".corrupt.1")), "stop " + stop);
      for (String evidence : List.of(".corrupt", ".corrupt.1")) {
        assertTrue(Files.exists(beside(db, evidence + ".report.json")), "stop " + stop);
        assertEquals(
            1, count(beside(db, evidence + ".quarantine.db"), "lost_and_found"), "stop " + stop);
      }
      assertEquals(1, (Integer) Files.getAttribute(db, "unix:nlink"), "stop " + stop);
      assertFalse(Files.exists(beside(db, ".corrupt.2.report.json")), "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  /** With one original to be kept, the older one goes, but not its rows in quarantine. */
  @Test
  void emptiedEvidenceSurvivesEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, 20);
      addALongRow(db);
      cutTheLongRow(db);
      startKeepingOne(db, immortal());
      Files.deleteIfExists(beside(db, ".bak"));
      addALongRow(db);
      cutTheLongRow(db);
      byte[] damaged = Files.readAllBytes(db);
      boolean stopped = startKeepingOne(db, new StoppingSyscalls(stop));
      startKeepingOne(db, immortal());
      assertEquals(20, rows(db), "stop " + stop);
      assertArrayEquals(damaged, Files.readAllBytes(beside(db, ".corrupt")), "stop " + stop);
      for (String evidence : List.of(".corrupt", ".corrupt.1")) {
        assertTrue(Files.exists(beside(db, evidence + ".report.json")), "stop " + stop);
        assertEquals(
            1, count(beside(db, evidence + ".quarantine.db"), "lost_and_found"), "stop " + stop);
      }
      assertNothingStaged(db, stop);
      if (!stopped) {
        assertEquals(0, Files.size(beside(db, ".corrupt.1")));
        return;
      }
    }
  }

  private static boolean startKeepingOne(Path db, StoppingSyscalls calls) {
    return startAndStop(db, calls, settings(Settings.Check.FULL, 100, 1));
  }

  /** Nothing is lost, but free pages. */
  @Test
  void rebuildsSurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, ROWS);
      execute(db, "CREATE TABLE gone AS SELECT * FROM t");
      execute(db, "DROP TABLE gone");
      try (RandomAccessFile file = new RandomAccessFile(db.toFile(), "rw")) {
        file.seek(36);
        file.writeInt(1);
      }
      byte[] damaged = Files.readAllBytes(db);
      boolean stopped = startAndStop(db, stop);
      start(db, new Disk());
      assertEquals(ROWS, rows(db), "stop " + stop);
      assertArrayEquals(damaged, Files.readAllBytes(beside(db, ".corrupt")), "stop " + stop);
      assertTrue(Files.exists(beside(db, ".corrupt.report.json")), "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  @Test
  void proposalsSurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, ROWS);
      addALongRow(db);
      cutTheLongRow(db);
      byte[] damaged = Files.readAllBytes(db);
      boolean stopped = refuseAndStop(db, new StoppingSyscalls(stop));
      refuseAndStop(db, immortal());
      assertArrayEquals(damaged, Files.readAllBytes(db), "stop " + stop);
      assertFalse(Files.exists(beside(db, ".corrupt")), "stop " + stop);
      assertEquals(ROWS, rows(beside(db, ".salvaged")), "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  private static StoppingSyscalls immortal() {
    return new StoppingSyscalls(Integer.MAX_VALUE);
  }

  private static boolean refuseAndStop(Path db, StoppingSyscalls calls) {
    return startAndStop(db, calls, settings(Settings.Check.FULL, 0, 3));
  }

  private static boolean startAndStop(Path db, StoppingSyscalls calls, Settings settings) {
    Target plain = new Target(db, db, false, true, true);
    Log silent = new Log(Log.Level.OFF, Optional.empty());
    try {
      new Guard(settings, silent, new Disk(calls), Optional::empty)
          .beforeFirstOpen(plain, new JdbcDriver(DB.class, () -> true));
    } catch (StoppingSyscalls.Stopped e) {
      return true;
    }
    return calls.hasStopped();
  }

  private static void addALongRow(Path db) throws Exception {
    execute(db, "INSERT INTO t(x) VALUES (hex(zeroblob(20000)))");
  }

  /** Its chain of overflow pages leads nowhere: the row can't be trusted. */
  private static void cutTheLongRow(Path db) throws Exception {
    long page = first(db, "SELECT min(pageno) FROM dbstat WHERE pagetype = 'overflow'");
    try (RandomAccessFile file = new RandomAccessFile(db.toFile(), "rw")) {
      file.seek((page - 1) * 4096);
      file.writeInt(0x7ffffff0);
    }
  }

  @Test
  void restoresWithAWalSurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, ROWS);
      start(db, new Disk());
      damage(db);
      leaveWal(db);
      byte[] wal = Files.readAllBytes(beside(db, "-wal"));
      boolean stopped = startAndStop(db, stop);
      start(db, new Disk());
      assertEquals(ROWS, rows(db), "stop " + stop);
      assertEquals(
          -1,
          java.util.Arrays.mismatch(wal, Files.readAllBytes(beside(db, ".corrupt-wal"))),
          "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  @Test
  void keptBackupsSurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, ROWS);
      start(db, new Disk());
      execute(db, "DELETE FROM t WHERE id > 20");
      boolean stopped = startAndStop(db, stop);
      start(db, new Disk());
      assertEquals(ROWS, rows(beside(db, ".bak.keep")), "stop " + stop);
      assertEquals(20, rows(beside(db, ".bak")), "stop " + stop);
      assertFalse(Files.exists(beside(db, ".bak.keep.1")), "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  /** The first, the richest and the newest of those that are kept, with four kept already. */
  @Test
  void keptBackupsThatGiveWaySurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, 1);
      for (int rows : new int[] {40, 90, 20, 30, 10}) {
        execute(db, "DELETE FROM t");
        start(db, new Disk());
        insert(db, rows);
        start(db, new Disk());
      }
      assertEquals(20, rows(beside(db, ".bak.keep.2")));
      execute(db, "DELETE FROM t");
      boolean stopped = startAndStop(db, stop);
      for (String stays : new String[] {"=40", ".1=90", ".3=30"}) {
        String[] number = stays.split("=");
        Path kept = beside(db, ".bak.keep" + number[0]);
        assertEquals(Long.parseLong(number[1]), rows(kept), "stop " + stop);
      }
      start(db, new Disk());
      assertEquals(10, rows(beside(db, ".bak.keep.2")), "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  /** Nobody but the guard comes: what it left half done must not stand in its way. */
  @Test
  void copiesOfALogWithoutItsFileSurviveEveryStop() throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = fresh(stop);
      create(db, ROWS);
      start(db, new Disk());
      leaveWal(db);
      byte[] wal = Files.readAllBytes(beside(db, "-wal"));
      Files.delete(db);
      boolean stopped = startAndStop(db, stop);
      if (stop % 2 == 1) {
        start(db, new Disk());
      }
      Files.deleteIfExists(beside(db, "-wal"));
      start(db, new Disk());
      if (stop % 2 == 1 || !stopped) {
        assertArrayEquals(wal, Files.readAllBytes(beside(db, ".corrupt-wal")), "stop " + stop);
        assertTrue(Files.exists(beside(db, ".corrupt")), "stop " + stop);
      }
      assertEquals(Files.exists(beside(db, ".corrupt")), Files.exists(beside(db, ".corrupt-wal")));
      assertFalse(Files.exists(beside(db, ".corrupt.1")), "stop " + stop);
      assertFalse(Files.exists(beside(db, ".corrupt.1-wal")), "stop " + stop);
      assertEquals(ROWS, rows(beside(db, ".bak.keep")), "stop " + stop);
      assertNothingStaged(db, stop);
      if (!stopped) {
        return;
      }
    }
  }

  private Path fresh(int stop) throws IOException {
    return Files.createDirectory(directory.resolve("stop-" + stop)).resolve("app.db");
  }

  static boolean startAndStop(Path db, int stop) {
    StoppingSyscalls calls = new StoppingSyscalls(stop);
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

  private static Settings settings(Settings.Check check) {
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
