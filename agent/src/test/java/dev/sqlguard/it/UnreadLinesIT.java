package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where nobody takes the guard's lines, the application doesn't notice. */
class UnreadLinesIT {
  private static final int ROWS = 50;
  private static final Duration NOT_FOR_EVER = Duration.ofSeconds(60);

  /** The line that is being written, and those that wait. */
  private static final int KEPT = 101;

  @TempDir Path temporary;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    Databases.create(db, ROWS);
  }

  private static void openAndLeak(GuardedJvm.Running app, Path db) throws Exception {
    app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
    app.say("sql", "a", "PRAGMA journal_mode=WAL");
    app.say("sql", "a", "PRAGMA wal_autocheckpoint=0");
    app.ok("sql", "a", "INSERT INTO t(x) VALUES ('late')");
  }

  private static GuardedJvm.Ended end(GuardedJvm.Running app, String how) throws Exception {
    return how.equals("SIGTERM") ? app.terminate() : app.end(how.split(" "));
  }

  private void assertBackedUpAndFolded() throws Exception {
    Path wal = Databases.beside(db, "-wal");
    assertTrue(!Files.exists(wal) || Files.size(wal) == 0, "the log is folded in");
    assertEquals(ROWS + 1, Databases.rows(db));
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  @ParameterizedTest
  @CsvSource({
    "'', return",
    "'', exit 3",
    "'', SIGTERM",
    "'start-timeout=30s,exit-timeout=2s', return",
    "'start-timeout=30s,exit-timeout=2s', SIGTERM"
  })
  void aFullStandardErrorHoldsUpNeitherTheOpenNorTheEnd(String options, String how)
      throws Exception {
    try (FullPipe pipe = FullPipe.at(temporary.resolve("stderr"));
        var app = GuardedJvm.jvm().options(options).errorsTo(pipe.path()).start()) {
      assertTimeoutPreemptively(
          NOT_FOR_EVER,
          () -> {
            openAndLeak(app, db);
            assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
            end(app, how);
          });
    }
    assertBackedUpAndFolded();
  }

  @Test
  void manyLinesThatNobodyTakesCostHardlyMoreThanOne() throws Exception {
    int databases = 130;
    try (FullPipe pipe = FullPipe.at(temporary.resolve("stderr"));
        var app = GuardedJvm.jvm().errorsTo(pipe.path()).start()) {
      assertTimeoutPreemptively(
          NOT_FOR_EVER,
          () -> {
            for (int i = 0; i < databases; i++) {
              Path copy = temporary.toRealPath().resolve(i + ".db");
              Files.copy(db, copy);
              app.ok("open", "c" + i, "drivermanager", "jdbc:sqlite:" + copy);
            }
            List<String> lines = pipe.read(KEPT + 1);
            assertEquals(KEPT + 1, lines.size(), lines.toString());
            for (int i = 0; i < KEPT; i++) {
              assertTrue(lines.get(i).contains("/" + i + ".db: healthy"), lines.get(i));
            }
            String last = "sqlguard: " + (databases - KEPT) + " lines are missing here";
            assertTrue(lines.get(KEPT).startsWith(last), lines.get(KEPT));
          });
    }
  }

  @Test
  void whatWaitedIsSaidWhenThePipeMovesAgain() throws Exception {
    try (FullPipe pipe = FullPipe.at(temporary.resolve("stderr"));
        var app = GuardedJvm.jvm().errorsTo(pipe.path()).start()) {
      assertTimeoutPreemptively(
          NOT_FOR_EVER,
          () -> {
            openAndLeak(app, db);
            List<String> lines = pipe.read(1);
            assertEquals(1, lines.size());
            assertTrue(lines.get(0).startsWith("sqlguard: " + db + ": healthy"), lines.get(0));
            app.end("return");
            lines = pipe.read(1);
            assertEquals(1, lines.size());
            assertTrue(lines.get(0).contains("folded in"), lines.get(0));
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"return", "SIGTERM"})
  void aLogFileOnADiskThatNeverAnswersHoldsNothingUp(String how) throws Exception {
    Path log = Files.createFile(temporary.resolve("guard.log"));
    try (HungDisk disk = HungDisk.over(log);
        var app = GuardedJvm.jvm().options("log-file=" + log).start()) {
      assertTimeoutPreemptively(
          NOT_FOR_EVER,
          () -> {
            openAndLeak(app, db);
            end(app, how);
          });
    }
    assertBackedUpAndFolded();
  }

  /** The JVM is gone at once then, without any exit work. */
  @Test
  void aLineIsOutBeforeTheOpenGoesOn() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (var app = GuardedJvm.jvm().options("check=full").start()) {
        app.tell("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        var ended = app.end("halt", "0");
        assertEquals(1, ended.guardLines().size(), ended.errors().toString());
        Databases.execute(db, "INSERT INTO t(x) VALUES ('another state')");
        Files.deleteIfExists(Databases.beside(db, ".sqlguard"));
      }
    }
  }

  /** The JDK keeps each stream that is made of it until the JVM ends. */
  @Test
  void oneStreamIsEnoughForAllLines() throws Exception {
    List<String> words = new ArrayList<>(List.of(StreamCount.class.getName()));
    for (int i = 0; i < 10; i++) {
      Path copy = temporary.toRealPath().resolve(i + ".db");
      Files.copy(db, copy);
      words.add(copy.toString());
    }
    var ended =
        GuardedJvm.jvm()
            .jvmArguments("--add-opens", "java.base/java.io=ALL-UNNAMED")
            .program(words.toArray(String[]::new))
            .run();
    assertEquals(10, ended.guardLines().size(), ended.errors().toString());
    int streams = Integer.parseInt(ended.output().get(0));
    assertTrue(streams <= 2, "the JDK's own and the guard's, not " + streams);
  }
}
