package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sqlguard.it.slow.App;
import dev.sqlguard.it.slow.JDBC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The end of a JVM under odd circumstances: as much of the log as possible gets into the main file.
 */
class ExitCircumstancesIT {
  private static final int ROWS = 50;

  /** For a test: whoever waits for that waits for ever. */
  private static final int MUCH_LATER_MILLIS = 20_000;

  @TempDir Path temporary;
  private Path db;
  private Path wal;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    wal = Databases.beside(db, "-wal");
    Databases.create(db, ROWS);
  }

  /** One committed row in the log, and automatic checkpoints off, so that only the guard folds. */
  private static GuardedJvm.Running leaky(GuardedJvm jvm, Path db) throws Exception {
    var app = jvm.start();
    open(app, "a", db);
    app.ok("sql", "a", "INSERT INTO t(x) VALUES ('late')");
    return app;
  }

  private static void open(GuardedJvm.Running app, String name, Path db) throws Exception {
    app.ok("open", name, "drivermanager", "jdbc:sqlite:" + db);
    app.say("sql", name, "PRAGMA journal_mode=WAL");
    app.say("sql", name, "PRAGMA wal_autocheckpoint=0");
  }

  /** A second table, so that rows before and after a snapshot lie on different pages. */
  private void addTableForLaterRows() throws Exception {
    Databases.execute(db, "CREATE TABLE later(x)", "INSERT INTO later VALUES ('first')");
  }

  /** What the main file alone says, as if its log had been lost. */
  private int rowsInMain() throws Exception {
    Path alone = Files.createTempDirectory(temporary, "alone").resolve("main.db");
    Files.copy(db, alone);
    return Databases.rows(alone);
  }

  private static boolean isEmptyOrGone(Path log) throws IOException {
    return !Files.exists(log) || Files.size(log) == 0;
  }

  private static void signal(String name, long pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", name, Long.toString(pid)).start().waitFor());
  }

  private static GuardedJvm.Ended end(GuardedJvm.Running app, String how) throws Exception {
    if (how.equals("SIGINT")) {
      signal("-INT", app.pid());
      return app.awaitEnd();
    }
    return how.equals("exit") ? app.end("exit", "3") : app.end(how);
  }

  static List<Arguments> everyWayOnEveryNewerJvm() throws IOException {
    List<Arguments> all = new ArrayList<>();
    List<Path> javas = GuardedJvm.javas();
    for (Path java : javas.subList(1, javas.size())) {
      for (String how : List.of("return", "exit", "throw", "SIGINT")) {
        all.add(Arguments.of(java, how));
      }
    }
    return all;
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("everyWayOnEveryNewerJvm")
  void newerJvmsEndAlike(Path java, String how) throws Exception {
    end(leaky(GuardedJvm.jvm().interruptible().java(java), db), how);
    assertTrue(isEmptyOrGone(wal));
    assertEquals(ROWS + 1, rowsInMain());
  }

  @Test
  void anInterruptedThreadThatEndsTheJvmWaitsForTheGuard() throws Exception {
    leaky(GuardedJvm.jvm().unguarded(), db).kill();
    var ended =
        GuardedJvm.jvm()
            .options("check=off,exit-timeout=30s")
            .jvmArguments("-D" + JDBC.DELAY + "=500", "-D" + App.INTERRUPTED + "=true")
            .program(App.class.getName(), db.toString())
            .run();
    assertEquals(3, ended.exitCode());
    assertEquals(1, ended.guardLines().size(), ended.guardLines().toString());
    assertTrue(ended.guardLines().get(0).contains(JDBC.ANSWER), ended.guardLines().toString());
  }

  @Test
  void aVirtualThreadMayEndTheJvm() throws Exception {
    List<Path> javas = GuardedJvm.javas();
    assumeTrue(javas.size() > 1, "needs a JDK with virtual threads");
    var app = leaky(GuardedJvm.jvm().java(javas.get(javas.size() - 1)), db);
    app.ok("exitvirtual", "4");
    assertEquals(4, app.awaitEnd().exitCode());
    assertTrue(isEmptyOrGone(wal));
    assertEquals(ROWS + 1, rowsInMain());
  }

  @Test
  void severalIdleConnectionsAreNoObstacle() throws Exception {
    var app = leaky(GuardedJvm.jvm(), db);
    for (String name : List.of("b", "c", "d")) {
      open(app, name, db);
      app.ok("sql", name, "INSERT INTO t(x) VALUES ('of another connection')");
    }
    var ended = app.end("return");
    assertTrue(isEmptyOrGone(wal));
    assertEquals(ROWS + 4, rowsInMain());
    long lines = ended.guardLines().stream().filter(line -> line.contains("WAL")).count();
    assertEquals(1, lines, ended.guardLines().toString());
  }

  @Test
  void anUnreadResultSetKeepsNoRowOutOfTheMainFile() throws Exception {
    var app = leaky(GuardedJvm.jvm(), db);
    assertEquals("1", app.say("cursor", "a", "SELECT id FROM t ORDER BY id"));
    app.end("return");
    assertEquals(ROWS + 1, rowsInMain());
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void whatAnOldSnapshotAllowsIsFoldedIn() throws Exception {
    addTableForLaterRows();
    var app = leaky(GuardedJvm.jvm(), db);
    open(app, "reader", db);
    app.ok("sql", "reader", "BEGIN");
    assertEquals("51", app.say("sql", "reader", "SELECT count(*) FROM t"));
    app.ok("sql", "a", "INSERT INTO later VALUES ('after the snapshot')");
    app.end("return");
    assertEquals(ROWS + 1, rowsInMain());
    assertEquals(List.of("2"), Databases.query(db, "SELECT count(*) FROM later"));
  }

  @Test
  void rowsOfARestlessWriterAreFoldedInAsFarAsTheyAreThere() throws Exception {
    var app = leaky(GuardedJvm.jvm().options("exit-timeout=2s"), db);
    app.ok("writer", "a", "INSERT INTO t(x) VALUES ('on and on')");
    open(app, "b", db);
    while (Integer.parseInt(app.say("sql", "b", "SELECT count(*) FROM t")) < 2 * ROWS) {
      Thread.onSpinWait();
    }
    app.end("exit", "0");
    assertTrue(rowsInMain() >= 2 * ROWS);
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void aSharedCacheWithAnOpenTransactionStillLetsCommittedRowsThrough() throws Exception {
    var app = GuardedJvm.jvm().options("exit-timeout=1s").start();
    String url = "jdbc:sqlite:" + db + "?shared_cache=true";
    app.ok("open", "a", "drivermanager", url);
    app.say("sql", "a", "PRAGMA journal_mode=WAL");
    app.ok("sql", "a", "INSERT INTO t(x) VALUES ('late')");
    app.ok("open", "b", "drivermanager", url);
    app.ok("sql", "b", "BEGIN");
    assertEquals("51", app.say("sql", "b", "SELECT count(*) FROM t"));
    app.end("return");
    assertEquals(ROWS + 1, rowsInMain());
  }

  @Test
  void aDriverThatDoesNotAnswerIsGivenUpWithOneLineForEachDatabase() throws Exception {
    Path second = db.resolveSibling("second.db");
    Databases.create(second, ROWS);
    List<Path> both = List.of(db, second);
    for (Path file : both) {
      leaky(GuardedJvm.jvm().unguarded(), file).kill();
    }
    var ended =
        GuardedJvm.jvm()
            .options("check=off,exit-timeout=1s")
            .jvmArguments("-D" + JDBC.DELAY + "=" + MUCH_LATER_MILLIS)
            .program(App.class.getName(), db.toString(), second.toString())
            .run();
    assertEquals(3, ended.exitCode());
    assertEquals(List.of("sqlite opens " + db, "sqlite opens " + second), ended.output());
    assertEquals(2, ended.guardLines().size(), ended.guardLines().toString());
    for (Path file : both) {
      String lines = ended.guardLines().toString();
      assertFalse(lines.contains(JDBC.ANSWER), lines);
      assertTrue(lines.contains(file + ":"), lines);
      assertTrue(Files.size(Databases.beside(file, "-wal")) > 0);
      assertEquals(ROWS + 1, Databases.rows(file));
    }
  }

  @Test
  void theApplicationsLogManagerIsNotTouched() throws Exception {
    Path mark = temporary.resolve("mark");
    String manager = MarkingLogManager.class.getName();
    GuardedJvm jvm =
        GuardedJvm.jvm()
            .jvmArguments(
                "-Djava.util.logging.manager=" + manager,
                "-D" + MarkingLogManager.MARK + "=" + mark);
    leaky(jvm, db).end("return");
    assertTrue(isEmptyOrGone(wal));
    assertFalse(Files.exists(mark));
  }
}
