package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Damaged originals: kept whole, numbered, and bounded. */
class EvidenceIT {
  private static final int ROWS = 500;

  private static Starts starts;
  private static Starts keepingOne;

  @TempDir Path directory;
  private Path db;

  @BeforeAll
  static void begin() {
    starts = Starts.with("");
    keepingOne = Starts.with("evidence=1");
  }

  @AfterAll
  static void end() throws IOException {
    starts.close();
    keepingOne.close();
  }

  @BeforeEach
  void name(TestInfo test) throws Exception {
    db = directory.resolve(test.getTestMethod().orElseThrow().getName() + ".db");
    Databases.create(db, ROWS);
  }

  private Path corrupt(String suffix) {
    return Databases.beside(db, ".corrupt" + suffix);
  }

  /** Damages the database in a way of its own; what it is then. */
  private byte[] damage(int number) throws Exception {
    Databases.damage(db, "t", 1);
    int leaf = Databases.leaves(db, "ix").get(0);
    Databases.overwrite(db, (leaf - 1L) * Images.pageSize(db) + 1, new byte[] {(byte) number});
    return Files.readAllBytes(db);
  }

  @Test
  void threeAreKeptAndTheOldestGoes() throws Exception {
    starts.start(db);
    List<byte[]> damaged = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      damaged.add(damage(i));
      starts.start(db);
      assertTrue(Databases.isIntact(db));
    }
    assertArrayEquals(damaged.get(3), Files.readAllBytes(corrupt("")));
    assertArrayEquals(damaged.get(2), Files.readAllBytes(corrupt(".1")));
    assertArrayEquals(damaged.get(1), Files.readAllBytes(corrupt(".2")));
    assertFalse(Files.exists(corrupt(".3")));
  }

  @Test
  void oneIsKeptWhereOneIsWanted() throws Exception {
    keepingOne.start(db);
    damage(1);
    keepingOne.start(db);
    byte[] second = damage(2);
    Starts.Start start = keepingOne.start(db);
    assertArrayEquals(second, Files.readAllBytes(corrupt("")));
    assertFalse(Files.exists(corrupt(".1")));
    assertTrue(
        start.lines().stream().anyMatch(line -> line.contains(corrupt(".1").toString())),
        "the deletion is announced");
  }

  @Test
  void sameDamageIsKeptOnce() throws Exception {
    starts.start(db);
    byte[] damaged = damage(1);
    starts.start(db);
    Files.write(db, damaged);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertArrayEquals(damaged, Files.readAllBytes(corrupt("")));
    assertFalse(Files.exists(corrupt(".1")));
  }

  /** A row that was too long for its page can't be trusted any more. */
  private byte[] breakARow(int id) throws Exception {
    Databases.execute(db, "INSERT INTO t VALUES (" + id + ", 'long' || hex(zeroblob(20000)))");
    String page =
        Databases.query(db, "SELECT min(pageno) FROM dbstat WHERE pagetype = 'overflow'").get(0);
    Images.putInt(db, (Integer.parseInt(page) - 1L) * Images.pageSize(db), 0x7ffffff0);
    return Files.readAllBytes(db);
  }

  @Test
  void originalsWithRowsInQuarantineGoTooButNotTheRows() throws Exception {
    Databases.execute(db, "DROP INDEX ix");
    breakARow(7001);
    keepingOne.start(db);
    byte[] second = breakARow(7002);
    Starts.Start start = keepingOne.start(db);
    assertTrue(Databases.isIntact(db));
    assertArrayEquals(second, Files.readAllBytes(corrupt("")));
    assertEquals(0, Files.size(corrupt(".1")));
    assertTrue(
        start.lines().stream()
            .anyMatch(line -> line.contains(corrupt(".1.quarantine.db").toString())),
        start.lines()::toString);
    String ids = "SELECT id FROM lost_and_found";
    assertEquals(List.of("7002"), Databases.query(corrupt(".quarantine.db"), ids));
    assertEquals(List.of("7001"), Databases.query(corrupt(".1.quarantine.db"), ids));
    assertTrue(Files.exists(corrupt(".1.report.json")));
    byte[] repaired = Files.readAllBytes(db);
    var undo = Command.run("restore", db, ".corrupt.1");
    assertTrue(undo.exitCode() != 0);
    assertArrayEquals(repaired, Files.readAllBytes(db));
    List<String> status = Command.run("status", db).output();
    assertTrue(
        status.stream().anyMatch(line -> line.contains(corrupt(".1.quarantine.db").toString())),
        status::toString);
  }

  @Test
  void fileOfSomebodyElseWithThatNameStays() throws Exception {
    Files.writeString(corrupt(""), "mine");
    starts.start(db);
    byte[] first = damage(1);
    starts.start(db);
    byte[] second = damage(2);
    starts.start(db);
    assertEquals("mine", Files.readString(corrupt("")));
    List<String> others = new ArrayList<>(Databases.filesOf(db));
    others.removeIf(name -> !name.matches(".*\\.corrupt\\.\\d"));
    assertEquals(2, others.size(), others::toString);
    boolean hasFirst = false;
    boolean hasSecond = false;
    for (String name : others) {
      byte[] bytes = Files.readAllBytes(directory.resolve(name));
      hasFirst |= Arrays.equals(first, bytes);
      hasSecond |= Arrays.equals(second, bytes);
    }
    assertTrue(hasFirst && hasSecond);
  }

  @Test
  void fileOfSomebodyElseAmongTheNumberedOnesStays() throws Exception {
    Files.writeString(corrupt(".1"), "mine");
    starts.start(db);
    for (int i = 1; i <= 3; i++) {
      damage(i);
      starts.start(db);
    }
    assertEquals("mine", Files.readString(corrupt(".1")));
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void sideFileOfSomebodyElseIsNotTakenForEvidence() throws Exception {
    Files.writeString(corrupt("-wal"), "mine");
    starts.start(db);
    damage(1);
    starts.start(db);
    assertEquals("mine", Files.readString(corrupt("-wal")));
    assertTrue(Databases.isIntact(db));
    assertTrue(Files.exists(corrupt(".1")));
    assertFalse(Files.exists(corrupt("")));
  }

  @Test
  void symbolicLinkAndDirectoryInTheWayAreNotFollowed() throws Exception {
    Path target = directory.resolve("target");
    Files.writeString(target, "mine");
    Files.createSymbolicLink(corrupt(""), target);
    Files.createDirectory(corrupt(".1"));
    starts.start(db);
    damage(1);
    starts.start(db);
    assertEquals("mine", Files.readString(target));
    assertTrue(Files.isSymbolicLink(corrupt("")));
    assertTrue(Databases.isIntact(db));
    assertTrue(Files.isRegularFile(corrupt(".2")));
  }

  @Test
  void logWithoutItsFileOutlivesTheNumberThatIsKept() throws Exception {
    keepingOne.start(db);
    damage(1);
    keepingOne.start(db);
    byte[] first = Files.readAllBytes(corrupt(""));
    byte[] log = "a log that SQLite would delete".getBytes();
    Files.write(Databases.beside(db, "-wal"), log);
    byte[] main = Files.readAllBytes(db);
    Files.write(db, new byte[0]);
    keepingOne.start(db);
    assertArrayEquals(log, Files.readAllBytes(corrupt("-wal")));
    assertArrayEquals(first, Files.readAllBytes(corrupt(".1")));
    Files.write(db, main);
    byte[] second = damage(2);
    Starts.Start start = keepingOne.start(db);
    assertArrayEquals(second, Files.readAllBytes(corrupt("")));
    assertArrayEquals(log, Files.readAllBytes(corrupt(".1-wal")));
    assertFalse(Files.exists(corrupt(".2")));
    assertTrue(
        start.lines().stream().anyMatch(line -> line.contains(corrupt(".2").toString())),
        "the deletion is announced");
  }

  @Test
  void hotJournalIsKeptWithItsFile() throws Exception {
    Databases.execute(db, "PRAGMA page_size=512", "VACUUM");
    starts.start(db);
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "PRAGMA cache_size=5");
      app.ok("sql", "a", "BEGIN");
      app.ok("sql", "a", "UPDATE t SET x = 'half' WHERE id < 50");
      app.kill();
    }
    byte[] journal = Files.readAllBytes(Databases.beside(db, "-journal"));
    assertTrue(journal.length > 512);
    List<Integer> leaves = Databases.leaves(db, "t");
    Images.zeroPage(db, leaves.get(leaves.size() - 2));
    byte[] damaged = Files.readAllBytes(db);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS, Databases.rows(db));
    assertEquals(List.of("0"), Databases.query(db, "SELECT count(*) FROM t WHERE x = 'half'"));
    assertArrayEquals(damaged, Files.readAllBytes(corrupt("")));
    assertArrayEquals(journal, Files.readAllBytes(corrupt("-journal")));
  }
}
