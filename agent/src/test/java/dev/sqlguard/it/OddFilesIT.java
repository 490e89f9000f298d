package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SQLite doesn't mind about files, and ordinary crashes never leave: named once. */
class OddFilesIT {
  private static final Starts STARTS = Starts.with("");
  private static final Starts SILENCED = Starts.with("advisories=off");
  private static final int ROWS = 300;
  private static final String STRAY = "behind its last page are not part of it";
  private static final String SHORT = "the last page lacks";
  private static final String FOREIGN = "its WAL belongs to another database";
  private static final String CUT = "its WAL lacks its end";
  private static final List<String> ALL = List.of(STRAY, SHORT, FOREIGN, CUT);

  @TempDir Path temporary;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = Starts.unused(temporary.toRealPath());
    Databases.create(db, ROWS);
  }

  @AfterAll
  static void close() throws Exception {
    STARTS.close();
    SILENCED.close();
  }

  private static List<String> advice(Starts.Start start) {
    return start.lines().stream().filter(line -> ALL.stream().anyMatch(line::contains)).toList();
  }

  /** Said once, and the database is opened and backed up like any other. */
  private void assertSaid(String about) throws Exception {
    assertTrue(Databases.isIntact(db));
    int rows = Databases.rows(db);
    List<String> byHand = checkByHand(db);
    assertEquals(2, byHand.size(), byHand::toString);
    assertTrue(byHand.get(1).startsWith("  note: "), byHand.get(1));
    assertTrue(byHand.get(1).contains(about), byHand.get(1));
    Starts.Start start = STARTS.start(db, "SELECT count(*) FROM t");
    assertEquals("ok", start.opened());
    assertEquals(List.of(Integer.toString(rows)), start.answers());
    assertEquals(1, advice(start).size(), start.lines()::toString);
    assertTrue(advice(start).get(0).contains(about), start.lines()::toString);
    assertEquals(rows, Databases.rows(Databases.beside(db, ".bak")), start.lines()::toString);
    assertFalse(Files.exists(Databases.beside(db, ".corrupt")), start.lines()::toString);
  }

  private static List<String> checkByHand(Path db) throws Exception {
    GuardedJvm.Ended checked =
        Command.on(GuardedJvm.jvm().unguarded(), GuardedJvm.AGENT, "check", db);
    assertEquals(0, checked.exitCode(), checked.output()::toString);
    return checked.output();
  }

  private static void assertSilent(Path db) throws Exception {
    assertEquals(1, checkByHand(db).size());
    Starts.Start start = STARTS.start(db, "SELECT count(*) FROM t");
    assertEquals("ok", start.opened());
    assertEquals(List.of(), advice(start));
    assertTrue(Files.exists(Databases.beside(db, ".bak")), start.lines()::toString);
  }

  private static void append(Path file, byte[] bytes) throws Exception {
    Files.write(file, bytes, StandardOpenOption.APPEND);
  }

  private static void shorten(Path file, long bytes) throws Exception {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(out.length() - bytes);
    }
  }

  /** Files of a database as they are while somebody uses it. */
  private static void copyInUse(Path from, Path to, String... suffixes) throws Exception {
    for (String suffix : suffixes) {
      Files.copy(
          Databases.beside(from, suffix),
          Databases.beside(to, suffix),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Killed while the log had transactions of its own, and the index with it. */
  private void leaveLog(String... statements) throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.say("sql", "a", "PRAGMA wal_autocheckpoint=0");
      for (String statement : statements) {
        app.ok("sql", "a", statement);
      }
      app.kill();
    }
    assertTrue(Files.size(Databases.beside(db, "-shm")) > 0);
  }

  @Test
  void bytesBehindTheEndAreNamedUntilTheyAreGone() throws Exception {
    append(db, "an editor's last words".getBytes(StandardCharsets.UTF_8));
    byte[] before = Files.readAllBytes(db);
    assertSaid(STRAY);
    assertArrayEquals(before, Files.readAllBytes(db));
    Databases.execute(db, "VACUUM");
    assertEquals(0, Files.size(db) % 4096);
    assertSilent(db);
  }

  @Test
  void wholePagesOfOtherThingsAreNamed() throws Exception {
    byte[] text = new byte[3 * 4096];
    Arrays.fill(text, (byte) 'x');
    append(db, text);
    assertSaid(STRAY);
  }

  @Test
  void spaceAllocatedInAdvanceIsOrdinary() throws Exception {
    append(db, new byte[100_000]);
    assertSilent(db);
  }

  /** The journal is deleted before the file is shortened. */
  @Test
  void pagesOfAnInterruptedShrinkingAreOrdinary() throws Exception {
    Databases.execute(db, "PRAGMA auto_vacuum=FULL", "VACUUM");
    byte[] before = Files.readAllBytes(db);
    Databases.execute(db, "DELETE FROM t WHERE id > 20");
    int after = (int) Files.size(db);
    assertTrue(after < before.length);
    append(db, Arrays.copyOfRange(before, after, before.length));
    assertSilent(db);
  }

  @Test
  void cutLastPageIsNamedWhereSqliteReadsOn() throws Exception {
    Databases.execute(db, "CREATE TABLE o(x)", "INSERT INTO o VALUES (zeroblob(9000))");
    shorten(db, 500);
    assertSaid(SHORT);
  }

  @Test
  void olderLogIsNamed() throws Exception {
    Leftovers.log(db, "UPDATE t SET x = 'older'", "CREATE TABLE u(x)", "VACUUM");
    Path log = Databases.beside(db, "-wal");
    Path aside = Files.move(log, temporary.resolve("aside"));
    for (int i = 0; i < 5; i++) {
      Databases.execute(db, "PRAGMA user_version=" + (i + 1));
    }
    Files.move(aside, log);
    assertSaid(FOREIGN);
  }

  @Test
  void logOfAnotherPageSizeIsNamed() throws Exception {
    Path other = Starts.unused(temporary);
    Databases.execute(other, "PRAGMA page_size=1024");
    Databases.execute(other, "PRAGMA page_size=1024", "CREATE TABLE t(id INTEGER PRIMARY KEY, x)");
    Leftovers.log(other, "CREATE TABLE u(x)", "INSERT INTO t(x) VALUES ('of another')");
    copyInUse(other, db, "-wal");
    assertSaid(FOREIGN);
  }

  @Test
  void cutLogIsNamedWhereItsIndexKnows() throws Exception {
    leaveLog("UPDATE t SET x = 'first' WHERE id = 1", "UPDATE t SET x = 'second'");
    shorten(Databases.beside(db, "-wal"), 1);
    assertSaid(CUT);
    assertEquals("first", Databases.query(db, "SELECT x FROM t WHERE id = 1").get(0));
  }

  @Test
  void wholeLogOfAKilledProcessIsOrdinary() throws Exception {
    leaveLog("UPDATE t SET x = 'first' WHERE id = 1", "UPDATE t SET x = 'second'");
    assertSilent(db);
  }

  /** After a loss of power the log may lack what the index has. */
  @Test
  void cutLogOfAnEarlierBootIsOrdinary() throws Exception {
    leaveLog("UPDATE t SET x = 'first' WHERE id = 1", "UPDATE t SET x = 'second'");
    shorten(Databases.beside(db, "-wal"), 1);
    FileTime longAgo = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(Databases.beside(db, "-shm"), longAgo);
    assertSilent(db);
  }

  @Test
  void offSilencesThem() throws Exception {
    append(db, "x".getBytes(StandardCharsets.UTF_8));
    Starts.Start start = SILENCED.start(db);
    assertEquals("ok", start.opened());
    assertEquals(List.of(), advice(start));
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  /** Many databases, each in the midst of a transaction that makes it longer or shorter. */
  @Test
  void killedWritersLeaveNothingOdd() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 2; round++) {
      List<Path> files = new ArrayList<>();
      try (var app = GuardedJvm.jvm().unguarded().start()) {
        for (String mode : List.of("WAL", "DELETE", "TRUNCATE", "PERSIST")) {
          for (String vacuum : List.of("NONE", "FULL")) {
            Path file = Starts.unused(temporary.toRealPath());
            String name = file.toString();
            app.ok("open", name, "drivermanager", "jdbc:sqlite:" + file);
            for (String pragma :
                List.of(
                    "auto_vacuum=" + vacuum,
                    "journal_mode=" + mode,
                    "wal_autocheckpoint=20",
                    "cache_size=5",
                    "synchronous=OFF")) {
              app.say("sql", name, "PRAGMA " + pragma);
            }
            app.ok("sql", name, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
            app.ok(
                "sql",
                name,
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)"
                    + " INSERT INTO t SELECT i, hex(randomblob(2000)) FROM n");
            files.add(file);
          }
        }
        for (Path file : files) {
          app.say(
              "writer",
              file.toString(),
              "UPDATE t SET x = hex(randomblob(abs(random()) % 6000)) WHERE id % 4 = random() % 4");
        }
        Thread.sleep(300 + random.nextInt(400));
        app.kill();
      }
      for (Path file : files) {
        Starts.Start start = STARTS.start(file, "SELECT count(*) FROM t");
        assertEquals(List.of("90"), start.answers(), () -> "seed " + seed + start.lines());
        assertEquals(List.of(), advice(start), "seed " + seed);
      }
    }
  }
}
