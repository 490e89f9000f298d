package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.it.KernelView;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.core.DB;

/**
 * A repair is under way when another thread attaches the damaged database, which passes no gate:
 * from that moment on the file is the application's, with every lock that SQLite takes on it.
 */
class AttachDuringRepairTest {
  /** Another process, with a SQLite of its own. */
  static final class OtherProcess {
    private OtherProcess() {}

    public static void main(String[] arguments) throws SQLException {
      try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + arguments[0]);
          Statement statement = db.createStatement()) {
        statement.execute("PRAGMA busy_timeout=0");
        statement.execute(arguments[1]);
      }
    }

    static boolean can(String statement, Path db) throws Exception {
      Process java =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  OtherProcess.class.getName(),
                  db.toString(),
                  statement)
              .redirectErrorStream(true)
              .start();
      String output = new String(java.getInputStream().readAllBytes());
      boolean done = java.waitFor() == 0;
      assertTrue(done || output.contains("SQLITE_BUSY"), output);
      return done;
    }
  }

  /** When the other thread comes. */
  enum Moment {
    CANDIDATE_IS_MADE,
    CANDIDATE_IS_FILLED,
    EVIDENCE_IS_LINKED,
    CANDIDATE_IS_RENAMED
  }

  /** Lets the application act at a moment of a repair. */
  private final class MeetingDisk extends Disk {
    private final Moment moment;
    private final String[] statements;
    private boolean met;

    MeetingDisk(Moment moment, String... statements) {
      this.moment = moment;
      this.statements = statements;
    }

    private void at(Moment now) throws IOException {
      if (now == moment && !met) {
        met = true;
        try (Statement application = other.createStatement()) {
          application.execute("ATTACH '" + db + "' AS b");
          for (String statement : statements) {
            application.execute(statement);
          }
        } catch (SQLException e) {
          throw new IOException(e);
        }
      }
    }

    @Override
    public void createLike(Path model, Path path) throws IOException {
      at(Moment.CANDIDATE_IS_MADE);
      super.createLike(model, path);
    }

    @Override
    public void overwrite(Path to, Path from) throws IOException {
      at(Moment.CANDIDATE_IS_FILLED);
      super.overwrite(to, from);
    }

    @Override
    public boolean tryLink(Path existing, Path name) throws IOException {
      at(Moment.EVIDENCE_IS_LINKED);
      return super.tryLink(existing, name);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      if (to.equals(db)) {
        at(Moment.CANDIDATE_IS_RENAMED);
      }
      super.rename(from, to);
    }
  }

  private static final String SHARED = " READ 1073741826 1073742335";
  private static final String RESERVED = " WRITE 1073741825 1073741825";

  @TempDir Path directory;

  private Path db;
  private Connection other;

  /** Keeps the descriptors that it must not close, as long as it is reachable. */
  private Guard guard;

  @BeforeEach
  void damageADatabase() throws Exception {
    db = directory.toRealPath().resolve("b.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
    other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("other.db"));
  }

  @AfterEach
  void close() throws Exception {
    other.close();
  }

  private void repair(MeetingDisk disk) {
    guard = CrashTest.guard(Settings.Check.FULL, disk);
    Target plain = new Target(db, db, false, true, true);
    guard.beforeFirstOpen(plain, new JdbcDriver(DB.class, () -> true));
    assertTrue(disk.met);
  }

  private List<String> locks() throws IOException {
    List<String> all = new ArrayList<>();
    for (String suffix : List.of("", "-shm")) {
      Path file = CrashTest.beside(db, suffix);
      if (Files.exists(file)) {
        for (String lock : KernelView.locks(ProcessHandle.current().pid(), file)) {
          all.add(suffix + " " + lock);
        }
      }
    }
    return all;
  }

  private FileStat stat(String suffix) throws IOException {
    return FileStat.ofEntry(CrashTest.beside(db, suffix)).orElseThrow();
  }

  private void assertNotReplaced(FileStat main) throws IOException {
    assertEquals(main.id(), stat("").id());
    assertFalse(Files.exists(CrashTest.beside(db, ".corrupt")));
    assertFalse(Files.exists(CrashTest.beside(db, ".sqlguard-install")));
    assertEquals(1, stat("").links());
  }

  @ParameterizedTest
  @EnumSource
  void aWriteTransactionStaysTheOnlyOne(Moment moment) throws Exception {
    FileStat main = stat("");
    repair(new MeetingDisk(moment, "BEGIN IMMEDIATE", "CREATE TABLE b.added(x)"));
    assertEquals(List.of(SHARED, RESERVED), locks());
    assertFalse(OtherProcess.can("BEGIN IMMEDIATE", db));
    assertNotReplaced(main);
    other.createStatement().execute("COMMIT");
    assertEquals(List.of(), locks());
    assertTrue(OtherProcess.can("BEGIN IMMEDIATE", db));
  }

  /** Others come and go beside a connection in WAL mode, which keeps its locks while it is idle. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CANDIDATE_IS_RENAMED")
  void anIdleConnectionInWalModeKeepsNobodyOut(Moment moment) throws Exception {
    CrashTest.leaveWal(db);
    FileStat main = stat("");
    FileStat wal = stat("-wal");
    repair(new MeetingDisk(moment, "SELECT count(*) FROM b.sqlite_master"));
    assertEquals(List.of(SHARED, "-shm READ 128 128"), locks());
    assertEquals(wal.id(), stat("-wal").id());
    assertNotReplaced(main);
    assertTrue(OtherProcess.can("SELECT count(*) FROM sqlite_master", db));
    assertTrue(OtherProcess.can("BEGIN IMMEDIATE", db));
  }

  /** SQLite begins a new one where the old one is gone; that one has rows that nothing else has. */
  @Test
  void aLogThatCannotGoBackIsKept() throws Exception {
    CrashTest.leaveWal(db);
    FileStat main = stat("");
    byte[] damaged = Files.readAllBytes(db);
    byte[] log = Files.readAllBytes(CrashTest.beside(db, "-wal"));
    repair(new MeetingDisk(Moment.CANDIDATE_IS_RENAMED, "SELECT count(*) FROM b.sqlite_master"));
    assertEquals(List.of(SHARED, "-shm READ 128 128"), locks());
    assertTrue(OtherProcess.can("BEGIN IMMEDIATE", db));
    assertEquals(main.id(), stat("").id());
    assertEquals(1, stat("").links());
    assertArrayEquals(damaged, Files.readAllBytes(CrashTest.beside(db, ".corrupt")));
    assertArrayEquals(log, Files.readAllBytes(CrashTest.beside(db, ".corrupt-wal")));
  }

  @Test
  void withoutAnybodyTheDatabaseIsReplaced() throws Exception {
    CrashTest.start(db, new Disk());
    assertEquals(CrashTest.ROWS, CrashTest.rows(db));
    assertTrue(Files.exists(CrashTest.beside(db, ".corrupt")));
    assertEquals(List.of(), locks());
  }
}
