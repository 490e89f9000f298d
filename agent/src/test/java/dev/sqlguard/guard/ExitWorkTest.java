package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/** Whatever becomes of the thread that folds in, it is said as it is, and to nobody else. */
class ExitWorkTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path directory;
  private final List<String> lines = new ArrayList<>();
  private final List<Throwable> uncaught = new ArrayList<>();
  private final Thread.UncaughtExceptionHandler before =
      Thread.getDefaultUncaughtExceptionHandler();
  private final Log log = new Log(Log.Level.OFF, Optional.empty());
  private final Gate gate = gate(Settings.Check.OFF);

  private Gate gate(Settings.Check check) {
    Settings settings = CrashTest.settings(check);
    return new Gate(new Guard(settings, log, new Disk(), Optional::empty), settings);
  }

  @BeforeEach
  void listen() {
    log.listen((warning, line) -> lines.add(line));
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
  }

  @AfterEach
  void giveTheHandlerBack() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  /** One that has no memory left for the call of that name, on the thread of the exit work. */
  private static ApplicationDriver failingIn(String call) {
    JdbcDriver driver = new JdbcDriver(DB.class, () -> true);
    return (ApplicationDriver)
        Proxy.newProxyInstance(
            ExitWorkTest.class.getClassLoader(),
            new Class<?>[] {ApplicationDriver.class},
            (proxy, method, arguments) -> {
              boolean atExit = Thread.currentThread().getName().equals("sqlguard-exit");
              if (atExit && method.getName().equals(call)) {
                throw new OutOfMemoryError("as told");
              }
              try {
                return method.invoke(driver, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Path open(String name, ApplicationDriver driver) throws Exception {
    Path db = directory.toRealPath().resolve(name);
    CrashTest.create(db, CrashTest.ROWS);
    gate.opening(new Target(db, db, false, true, true), driver);
    return db;
  }

  private static Connection leak(Path db) throws Exception {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("INSERT INTO t(x) VALUES('late')");
    }
    return connection;
  }

  @Test
  void aWorkerThatDiesIsNotOneThatIsOutOfTime() throws Exception {
    Path db = open("app.db", failingIn("isKeyed"));
    try (Connection leaked = leak(db)) {
      new ExitWork(gate, log, LONG).run();
      assertTrue(Files.size(CrashTest.beside(db, "-wal")) > 0);
    }
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.get(0).startsWith("the work at exit failed"), lines.get(0));
    assertTrue(lines.get(0).contains("as told"), lines.get(0));
    assertEquals(List.of(), uncaught);
  }

  @Test
  void norIsOneThatDiesInTheMidst() throws Exception {
    Path first = open("first.db", failingIn("openLive"));
    Path second = open("second.db", failingIn("openLive"));
    log.listen(
        (warning, line) -> {
          lines.add(line);
          if (Thread.currentThread().getName().equals("sqlguard-exit")) {
            throw new OutOfMemoryError("as told");
          }
        });
    try (Connection one = leak(first);
        Connection other = leak(second)) {
      new ExitWork(gate, log, LONG).run();
    }
    Path left = lines.get(0).startsWith(first + ": ") ? second : first;
    assertEquals(2, lines.size(), lines.toString());
    assertTrue(lines.get(1).startsWith(left + ": the work at exit failed"), lines.toString());
    assertEquals(List.of(), uncaught);
  }

  @Test
  void aFileThatNothingCanBeDoneAboutTakesNothingAwayFromOthers() throws Exception {
    Path bad = open("bad.db", failingIn("openLive"));
    Path good = open("good.db", new JdbcDriver(DB.class, () -> true));
    try (Connection first = leak(bad);
        Connection second = leak(good)) {
      new ExitWork(gate, log, LONG).run();
      assertTrue(Files.size(CrashTest.beside(bad, "-wal")) > 0);
      assertEquals(0, Files.size(CrashTest.beside(good, "-wal")));
    }
    Collections.sort(lines);
    assertEquals(2, lines.size(), lines.toString());
    assertTrue(lines.get(0).startsWith(bad + ": WAL of "), lines.get(0));
    assertTrue(lines.get(0).contains("as told"), lines.get(0));
    assertTrue(lines.get(1).startsWith(good + ": WAL of "), lines.get(1));
    assertEquals(List.of(), uncaught);
  }
}
