package dev.sqlguard.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.Replay;
import dev.sqlguard.salvage.DamagedFile;
import dev.sqlguard.salvage.Salvage;
import dev.sqlguard.salvage.SalvageOptions;
import dev.sqlguard.salvage.SalvageProgress;
import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.store.Disk;
import dev.sqlguard.verify.FastCheck;
import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.KnownSchemas;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Cause;
import dev.sqlguard.verify.Verifier;
import dev.sqlguard.verify.Verifier.Depth;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/** SQLite comes to an end on a private copy, whatever its schema says. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class TimeLimitTest {
  private static final String NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1";
  private static final String ENDLESS = NUMBERS + " FROM n) SELECT count(*) FROM n";

  @TempDir Path directory;

  private final JdbcDriver driver =
      new JdbcDriver(
          DB.class, () -> true, new TimeAllowance(Duration.ofMillis(300), Duration.ZERO));

  private Path database(String... statements) throws SQLException {
    Path file = directory.resolve("copy.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
    return file;
  }

  /** Each row takes some milliseconds, all of them much longer than the limit. */
  private Path slowIndex() throws SQLException {
    return database(
        "CREATE TABLE t(a)",
        NUMBERS + " FROM n WHERE i < 3000) INSERT INTO t SELECT i FROM n",
        "CREATE INDEX e ON t(a)",
        "CREATE INDEX f ON t(a)",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = 'CREATE INDEX e ON t(a, length(replace(hex(zeroblob("
            + "200000 + a)), ''0'', ''ab'')))' WHERE name = 'e'");
  }

  private Path indexOfAnEndlessView() throws SQLException {
    return database(
        "CREATE TABLE t(a)",
        "INSERT INTO t VALUES (1), (2)",
        "CREATE VIEW v AS "
            + NUMBERS
            + " FROM n) SELECT i AS docid, i AS rowid, 'word' AS a FROM n",
        "CREATE VIRTUAL TABLE f USING fts4(a, content='v')");
  }

  private static void assertStopped(Verdict verdict) {
    CannotTell unknown = assertInstanceOf(CannotTell.class, verdict, verdict::toString);
    assertEquals(Cause.MACHINE, unknown.cause());
    assertTrue(unknown.reason().startsWith("SQLite was stopped after 0 s"), unknown.reason());
  }

  private static List<Thread> watchers() {
    List<Thread> found = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("sqlguard-limit")) {
        found.add(thread);
      }
    }
    return found;
  }

  @Test
  void whatHasNoEndIsInterruptedAndNothingFollows() throws Exception {
    try (Connection db = driver.open(database());
        Statement statement = db.createStatement();
        Statement second = db.createStatement()) {
      SQLException stopped =
          assertThrows(SQLException.class, () -> statement.executeQuery(ENDLESS).next());
      assertEquals(TimeLimit.SQLITE_INTERRUPT, stopped.getErrorCode());
      assertThrows(SQLException.class, () -> second.executeQuery(ENDLESS).next());
      assertThrows(SQLException.class, db::createStatement);
      assertThrows(SQLException.class, () -> db.prepareStatement("SELECT 1"));
    }
  }

  @Test
  void theWatcherHasNothingOfTheApplicationAndGoesWithTheConnection() throws Exception {
    List<Thread> before = watchers();
    List<Thread> mine;
    try (Connection db = driver.open(database())) {
      mine = watchers();
      mine.removeAll(before);
      assertEquals(1, mine.size());
      assertTrue(mine.get(0).isDaemon());
      assertNull(mine.get(0).getContextClassLoader());
      // A pool may interrupt whatever thread it finds.
      mine.get(0).interrupt();
      assertThrows(SQLException.class, () -> db.createStatement().executeQuery(ENDLESS).next());
    }
    mine.get(0).join();
  }

  /** Its clock goes on, for hours; nobody has worked meanwhile. */
  @Test
  void timeInWhichTheMachineStoodStillDoesNotCount() throws Exception {
    AtomicLong hours = new AtomicLong();
    try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement idle = db.createStatement()) {
      TimeLimit limit =
          new TimeLimit(
              idle,
              Duration.ofSeconds(10),
              () -> Duration.ofHours(hours.getAndIncrement()).toNanos());
      limit.start();
      while (hours.get() < 3) {
        Thread.sleep(10);
      }
      limit.require();
      limit.end();
    }
  }

  @Test
  void theTimeGrowsWithTheFile() {
    assertEquals(Duration.ofSeconds(10), TimeAllowance.USUAL.of(50_000));
    assertEquals(Duration.ofSeconds(10 + 3 * 1000), TimeAllowance.USUAL.of(1000L << 20));
  }

  @Test
  void aCheckThatIsStoppedTellsNothing() throws Exception {
    assertStopped(new IntegrityCheck(driver).verify(indexOfAnEndlessView(), Depth.FULL));
  }

  /** Here the scan asks about one table; the check of all would take as long once more. */
  @Test
  void nothingIsAskedAgainWhereTheTimeIsUp() throws Exception {
    Path file = slowIndex();
    int[] opened = {0};
    Verifier check =
        new FastCheck(
            new Counting(driver, opened),
            Optional::empty,
            KnownSchemas.all(),
            (pages, total) -> {});
    assertStopped(check.verify(file, Depth.FULL));
    assertEquals(1, opened[0]);
  }

  private record Counting(JdbcDriver driver, int[] opened)
      implements dev.sqlguard.verify.SqliteEngine {
    @Override
    public Connection open(Path file) throws SQLException {
      opened[0]++;
      return driver.open(file);
    }

    @Override
    public String name() {
      return driver.name();
    }

    @Override
    public Optional<String> version() {
      return driver.version();
    }
  }

  private SalvageReport salvage(Path file, boolean leavesOutSlow) throws IOException {
    SalvageOptions options =
        new SalvageOptions(Optional.empty(), false, Optional.empty(), true, leavesOutSlow);
    try (DamagedFile image = DamagedFile.open(file, Replay.SALVAGE)) {
      return new Salvage(image, options, driver::open, SalvageProgress.none(), new Disk())
          .into(directory.resolve("out.db"));
    }
  }

  /** It is what took the time that goes, not what came after it. */
  @Test
  void salvageLeavesOutAnIndexThatTakesTooLong() throws Exception {
    SalvageReport report = salvage(slowIndex(), true);
    assertEquals(3000, report.rows());
    assertEquals(1, report.objectsLost().size(), report.objectsLost()::toString);
    assertTrue(report.objectsLost().get(0).startsWith("index e: SQLite takes longer"));
  }

  /** A slow machine may be the reason: at another time it may go well. */
  @Test
  void aRepairEndsThere() throws Exception {
    Path file = slowIndex();
    IOException stopped = assertThrows(IOException.class, () -> salvage(file, false));
    assertTrue(stopped.getMessage().contains("longer"), stopped.getMessage());
    assertFalse(directory.resolve("out.db").toFile().exists());
  }

  /** Interrupted, it would call itself corrupt. */
  @Test
  void aTextIndexOverAViewIsNotChecked() throws Exception {
    SalvageReport report = salvage(indexOfAnEndlessView(), false);
    assertEquals(List.of(), report.objectsLost());
    assertEquals(
        List.of("the text index f can't be checked here: its content is a view"), report.notes());
  }
}
