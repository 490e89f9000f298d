package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.StoppingSyscalls;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/** An installation that can't be finished, and whoever uses the database meanwhile. */
class GivingUpTest {
  @TempDir Path directory;

  /** The rename of the good file fails; then the process dies, or nothing can be unlinked. */
  private static final class NoRename extends WatchedSyscalls {
    private final boolean dies;
    private boolean failed;

    NoRename(boolean dies) {
      this.dies = dies;
    }

    @Override
    protected void before(Call call) throws IOException {
      if (call.is(Kind.RENAME, "-install")) {
        failed = true;
        throw new IOException("Input/output error");
      }
      if (failed && call.kind() == Kind.UNLINK) {
        if (dies) {
          throw new StoppingSyscalls.Stopped();
        }
        throw new IOException("Input/output error");
      }
    }
  }

  /** SQLite would replay it into the file that was installed. */
  @Test
  void noOldLogStandsThereWhenTheGoodFileComes() throws Exception {
    Scene scene = Scenario.RESTORED_WITH_WAL.template(directory).layOut();
    List<Boolean> logs = new ArrayList<>();
    scene.start(
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) {
            if (call.is(Kind.RENAME, "-install")) {
              logs.add(Files.exists(scene.beside("-wal")));
            }
          }
        });
    assertEquals(List.of(false), logs);
  }

  /** The log has two names then, and is written to under one of them. */
  @Test
  void whatIsCommittedIntoALogThatWasPutBackStays() throws Exception {
    Scene scene = Scenario.RESTORED_WITH_WAL.template(directory).layOut();
    assertThrows(StoppingSyscalls.Stopped.class, () -> scene.start(new NoRename(true)));
    commitAndDie(scene.db());
    scene.start();
    assertTrue(hasWhatWasCommitted(scene.db()));
  }

  @Test
  void alsoWhereTheGuardLivesOn() throws Exception {
    Scene scene = Scenario.RESTORED_WITH_WAL.template(directory).layOut();
    scene.start(new NoRename(false));
    commitAndDie(scene.db());
    scene.start();
    assertTrue(hasWhatWasCommitted(scene.db()));
  }

  private static void commitAndDie(Path db) throws Exception {
    assertEquals("committed", said(Mortal.class, db));
  }

  private static String said(Class<?> program, Path db) throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                db.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(java.getInputStream().readAllBytes());
    java.waitFor();
    return said;
  }

  /** An application without a guard. */
  static final class Mortal {
    private Mortal() {}

    public static void main(String[] arguments) throws SQLException {
      Statement statement =
          DriverManager.getConnection("jdbc:sqlite:" + arguments[0]).createStatement();
      statement.execute("PRAGMA wal_autocheckpoint=0");
      statement.execute("CREATE TABLE added(x)");
      System.out.print("committed");
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }
  }

  private static boolean hasWhatWasCommitted(Path db) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = connection.createStatement()) {
      return statement
          .executeQuery("SELECT count(*) > 0 FROM sqlite_master WHERE name = 'added'")
          .getBoolean(1);
    }
  }

  /** The application attaches the database just before the rename; from then on a copy fails. */
  private static final class Visited extends Disk {
    private final Path db;
    private final Connection application;
    private final String sql;
    private final Throwable fault;
    private boolean met;

    Visited(Path db, Connection application, String sql, Throwable fault) {
      this.db = db;
      this.application = application;
      this.sql = sql;
      this.fault = fault;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      if (to.equals(db) && !met) {
        met = true;
        try (Statement statement = application.createStatement()) {
          statement.execute("ATTACH '" + db + "' AS b");
          statement.execute(sql);
        } catch (SQLException e) {
          throw new IOException(e);
        }
      }
      super.rename(from, to);
    }

    @Override
    public void copy(FileBytes from, Path to, LongConsumer progress) throws IOException {
      if (met && fault instanceof IOException e) {
        throw e;
      }
      if (met && fault instanceof Error e) {
        throw e;
      }
      super.copy(from, to, progress);
    }
  }

  private Path damagedWithALog() throws Exception {
    Path db = directory.toRealPath().resolve("b.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
    CrashTest.leaveWal(db);
    return db;
  }

  /** A process with an application and the guard, which dies while it takes a repair back. */
  static final class Dying {
    private Dying() {}

    public static void main(String[] arguments) throws SQLException {
      Path db = Path.of(arguments[0]);
      Connection application = DriverManager.getConnection("jdbc:sqlite::memory:");
      repairVisitedBy(application, "CREATE TABLE b.added(x)", db, new StoppingSyscalls.Stopped());
      System.out.print("stopped");
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }
  }

  private static void repairVisitedBy(
      Connection application, String sql, Path db, Throwable fault) {
    Visited disk = new Visited(db, application, sql, fault);
    Guard guard = CrashTest.guard(Settings.Check.FULL, disk);
    try {
      Target plain = new Target(db, db, false, true, true);
      guard.beforeFirstOpen(plain, new JdbcDriver(DB.class, () -> true));
    } catch (StoppingSyscalls.Stopped e) {
      // As it was to be.
    }
    assertTrue(disk.met);
  }

  private Connection application() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("other.db"));
  }

  @Test
  void theOldLogStaysWhereItCannotGoBackOnAFullDisk() throws Exception {
    Path db = damagedWithALog();
    byte[] log = Files.readAllBytes(CrashTest.beside(db, "-wal"));
    try (Connection application = application()) {
      repairVisitedBy(
          application,
          "SELECT 1 FROM b.sqlite_master",
          db,
          new IOException("No space left on device"));
      assertArrayEquals(log, Files.readAllBytes(CrashTest.beside(db, ".corrupt-wal")));
    }
  }

  @Test
  void anOldLogThatIsLeftAloneGetsACopyOfItsFile() throws Exception {
    Path db = damagedWithALog();
    byte[] log = Files.readAllBytes(CrashTest.beside(db, "-wal"));
    assertEquals("stopped", said(Dying.class, db));
    CrashTest.start(db, new Disk());
    boolean kept = false;
    for (String evidence : new String[] {".corrupt", ".corrupt.1"}) {
      Path wal = CrashTest.beside(db, evidence + "-wal");
      kept |=
          Files.exists(CrashTest.beside(db, evidence))
              && Files.exists(wal)
              && Arrays.equals(log, Files.readAllBytes(wal));
    }
    assertTrue(kept);
  }
}
