package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guarded start takes what survives out of a damaged database; a backup fills the gaps. */
class SalvageAtStartIT {
  private static final int ROWS = 500;
  private static final String ALL = "SELECT id || ' ' || x FROM t NOT INDEXED ORDER BY id";

  @AutoClose private static final Starts starts = Starts.with("backup-spacing=0s");
  @AutoClose private static final Starts refusing = Starts.with("max-loss=0");
  @AutoClose private static final Starts withoutBackfill = Starts.with("backfill=off");
  @AutoClose private static final Starts reporting = Starts.with("on-damage=report");

  @TempDir Path directory;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = Starts.unused(directory);
    Databases.create(db, ROWS);
  }

  private Path beside(String suffix) {
    return Databases.beside(db, suffix);
  }

  private List<String> all() throws Exception {
    return Databases.query(db, ALL);
  }

  private String report(String evidence) throws Exception {
    return Files.readString(beside(evidence + ".report.json"));
  }

  /** A leaf in the middle is gone; the rows that were on it. */
  private List<Long> destroyALeaf() throws Exception {
    List<Integer> leaves = Databases.leaves(db, "t");
    int leaf = leaves.get(leaves.size() / 2);
    List<Long> rows = Images.rowsOnLeaf(db, leaf);
    Images.zeroPage(db, leaf);
    return rows;
  }

  /** The chain of an overflowing value is cut, so that its row can't be trusted. */
  private void breakALongRow() throws Exception {
    String page =
        Databases.query(db, "SELECT min(pageno) FROM dbstat WHERE pagetype = 'overflow'").get(0);
    Images.putInt(db, (Integer.parseInt(page) - 1L) * Images.pageSize(db), 0x7ffffff0);
  }

  private void addALongRow() throws Exception {
    Databases.execute(
        db, "DROP INDEX ix", "INSERT INTO t VALUES (9999, 'long' || hex(zeroblob(20000)))");
  }

  @Test
  void onlyDestroyedRowsComeFromTheBackup() throws Exception {
    starts.start(db);
    Databases.execute(
        db,
        "UPDATE t SET x = 'newer' WHERE id = 1",
        "DELETE FROM t WHERE id = 500",
        "INSERT INTO t VALUES (1000, 'newest')");
    List<String> newest = all();
    byte[] backup = Files.readAllBytes(beside(".bak"));
    List<Long> destroyed = destroyALeaf();
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = starts.start(db, "PRAGMA integrity_check");
    assertEquals(List.of("ok"), start.answers(), start.lines()::toString);
    assertEquals(newest, all());
    assertArrayEquals(damaged, Files.readAllBytes(beside(".corrupt")));
    assertArrayEquals(backup, Files.readAllBytes(beside(".bak")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
    String report = report(".corrupt");
    assertTrue(report.contains("\"fromBackup\": " + destroyed.size()), report);
    assertTrue(report.contains("\"rows\": " + newest.size()), report);
    assertTrue(report.contains("restore " + db + " .") || report.contains(".corrupt"), report);
    assertFalse(Files.exists(beside(".corrupt.quarantine.db")));
  }

  @Test
  void withoutABackupWhatSurvivesIsKept() throws Exception {
    addALongRow();
    List<String> newest = all();
    List<Long> destroyed = destroyALeaf();
    breakALongRow();
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = starts.start(db, "PRAGMA integrity_check");
    assertEquals(List.of("ok"), start.answers(), start.lines()::toString);
    List<String> expected = new ArrayList<>(newest);
    expected.removeIf(
        row -> row.startsWith("9999 ") || destroyed.contains(Long.parseLong(row.split(" ")[0])));
    assertEquals(expected, all());
    assertArrayEquals(damaged, Files.readAllBytes(beside(".corrupt")));
    Path quarantine = beside(".corrupt.quarantine.db");
    assertEquals(List.of("9999"), Databases.query(quarantine, "SELECT id FROM lost_and_found"));
    assertTrue(Databases.isIntact(quarantine));
    assertTrue(report(".corrupt").contains("\"quarantine\": \"" + quarantine), report(".corrupt"));
    assertEquals(List.of("t"), Databases.query(db, "SELECT name FROM sqlite_schema ORDER BY name"));
  }

  @Test
  void aRowThatBreaksACheckIsKeptAndReported() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE c(x CHECK(x > 0))",
        "PRAGMA ignore_check_constraints = ON",
        "INSERT INTO c VALUES (1), (-1), (-2)");
    destroyALeaf();
    starts.start(db);
    assertEquals(List.of("1", "-1", "-2"), Databases.query(db, "SELECT x FROM c ORDER BY rowid"));
    String report = report(".corrupt");
    assertTrue(report.contains("\"check\": 2"), report);
    assertFalse(Files.exists(beside(".corrupt.quarantine.db")));
  }

  @Test
  void aSecondStartFindsAHealthyDatabase() throws Exception {
    starts.start(db);
    destroyALeaf();
    starts.start(db);
    byte[] repaired = Files.readAllBytes(db);
    List<String> files = Databases.filesOf(db);
    Starts.Start second = starts.start(db);
    assertArrayEquals(repaired, Files.readAllBytes(db));
    List<String> after = new ArrayList<>(Databases.filesOf(db));
    after.remove(db.getFileName() + ".bak.1");
    assertEquals(files, after, second.lines()::toString);
    assertFalse(second.lines().toString().contains("DAMAGED"), second.lines()::toString);
  }

  @Test
  void firstPageZeroedWithABackup() throws Exception {
    starts.start(db);
    Databases.execute(db, "INSERT INTO t VALUES (1000, 'newest')");
    List<String> newest = all();
    Images.zeroPage(db, 1);
    starts.start(db);
    assertEquals(newest, all());
    assertTrue(Databases.isIntact(db));
    assertEquals(
        List.of("ix", "t"), Databases.query(db, "SELECT name FROM sqlite_schema ORDER BY name"));
  }

  /** Nothing tells what the tables are called: the application gets the file as it is. */
  @Test
  void firstPageZeroedWithoutABackupIsLeft() throws Exception {
    Images.zeroPage(db, 1);
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = starts.start(db);
    Map<String, String> after = Images.contentsOf(directory);
    after.remove(db.getFileName() + ".sqlguard");
    assertEquals(before, after);
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  @Test
  void headerZeroedWithoutABackup() throws Exception {
    List<String> newest = all();
    Databases.overwrite(db, 0, new byte[100]);
    starts.start(db);
    assertEquals(newest, all());
    assertTrue(Databases.isIntact(db));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 8192, 32768})
  void wrongPageSizeWithoutABackup(int wrong) throws Exception {
    Databases.execute(db, "PRAGMA user_version=77");
    List<String> newest = all();
    Databases.overwrite(db, 16, new byte[] {(byte) (wrong >> 8), (byte) wrong});
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = starts.start(db);
    assertEquals(newest, all(), start.lines()::toString);
    assertEquals(List.of("77"), Databases.query(db, "PRAGMA user_version"));
    assertArrayEquals(damaged, Files.readAllBytes(beside(".corrupt")));
  }

  /** The first MiB of a larger file, with the backup's schema. */
  @Test
  void firstMebibyteZeroed() throws Exception {
    Databases.addRows(db, 20_000);
    starts.start(db);
    List<String> newest = all();
    Databases.overwrite(db, 0, new byte[1 << 20]);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(newest, all());
  }

  /** Only the index still knows two of the rows. */
  @Test
  void lostWriteOfATablePage() throws Exception {
    starts.start(db);
    List<String> newest = all();
    Images.loseTwoRows(db);
    assertEquals(ROWS - 2, Databases.rows(db));
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(newest, all());
    assertTrue(Files.exists(beside(".corrupt.report.json")));
  }

  /** Its leaves look leaked, and nothing contradicts an empty table. */
  @Test
  void emptiedRootOfATableIsNotTakenForLeakedPages() throws Exception {
    Databases.execute(db, "DROP INDEX ix");
    starts.start(db);
    int root =
        Integer.parseInt(
            Databases.query(db, "SELECT rootpage FROM sqlite_schema WHERE name = 't'").get(0));
    byte[] empty = new byte[Images.pageSize(db)];
    empty[0] = 13;
    empty[5] = 0x10;
    Images.putPage(db, root, empty);
    assertEquals(0, Databases.rows(db));
    byte[] damaged = Files.readAllBytes(db);
    byte[] backup = Files.readAllBytes(beside(".bak"));
    Starts.Start start = starts.start(db);
    assertArrayEquals(damaged, Files.readAllBytes(db), start.lines()::toString);
    assertArrayEquals(backup, Files.readAllBytes(beside(".bak")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  /** What stands in the log counts, whether the main file is damaged or not. */
  @Test
  void logOfAKilledApplicationIsSalvagedToo() throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "INSERT INTO t VALUES (1000, 'only in the log')");
      app.kill();
    }
    byte[] log = Files.readAllBytes(beside("-wal"));
    List<String> newest = all();
    List<Long> destroyed = destroyALeaf();
    starts.start(db);
    List<String> expected = new ArrayList<>(newest);
    expected.removeIf(row -> destroyed.contains(Long.parseLong(row.split(" ")[0])));
    assertEquals(expected, all());
    assertArrayEquals(log, Files.readAllBytes(beside(".corrupt-wal")));
    assertArrayEquals(new byte[] {2, 2}, Images.bytes(db, 18, 2));
  }

  @Test
  void triggersOfTheApplicationDoNotFire() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE log(what)",
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END");
    starts.start(db);
    List<String> newest = all();
    destroyALeaf();
    starts.start(db);
    assertEquals(newest, all());
    assertEquals(List.of("0"), Databases.query(db, "SELECT count(*) FROM log"));
    assertEquals(
        List.of("tr"), Databases.query(db, "SELECT name FROM sqlite_schema WHERE type='trigger'"));
  }

  @Test
  void whatWouldLoseTooMuchIsLeftBesideTheDatabase() throws Exception {
    addALongRow();
    List<String> newest = all();
    breakALongRow();
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = refusing.start(db);
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertFalse(Files.exists(beside(".corrupt")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
    Path salvaged = beside(".salvaged");
    assertTrue(start.lines().get(0).contains(salvaged.toString()), start.lines()::toString);
    assertEquals(newest.subList(0, ROWS), Databases.query(salvaged, ALL));
    assertTrue(Databases.isIntact(salvaged));
    refusing.start(db);
    assertArrayEquals(damaged, Files.readAllBytes(db));
    var restored = Command.run("restore", db, ".salvaged");
    assertEquals(0, restored.exitCode(), restored.errors()::toString);
    assertEquals(newest.subList(0, ROWS), all());
    assertArrayEquals(damaged, Files.readAllBytes(beside(".corrupt")));
  }

  /** Younger files may change once more and keep their times. */
  private void letItGrowOld() throws Exception {
    FileTime changed = (FileTime) Files.getAttribute(db, "unix:ctime");
    Thread.sleep(Math.max(0, changed.toMillis() + 2100 - System.currentTimeMillis()));
  }

  /** Whoever makes or deletes a working file beside the database changes this. */
  private FileTime directoryChanged() throws Exception {
    return Files.getLastModifiedTime(directory);
  }

  private Object inode(Path file) throws Exception {
    return Files.getAttribute(file, "unix:ino");
  }

  private void leaveACandidate() throws Exception {
    breakALongRow();
    letItGrowOld();
    refusing.start(db);
    assertTrue(Files.exists(beside(".salvaged")));
  }

  @Test
  void whatWasRefusedIsNotSalvagedAgain() throws Exception {
    addALongRow();
    leaveACandidate();
    Map<String, String> before = Images.contentsOf(directory);
    FileTime changed = directoryChanged();
    Object candidate = Files.getAttribute(beside(".salvaged"), "unix:ctime");
    Starts.Start second = refusing.start(db, "SELECT count(*) FROM t");
    assertEquals(before, Images.contentsOf(directory));
    assertEquals(changed, directoryChanged());
    assertEquals(candidate, Files.getAttribute(beside(".salvaged"), "unix:ctime"));
    assertEquals(List.of(String.valueOf(ROWS + 1)), second.answers());
    assertEquals(1, second.lines().size(), second.lines()::toString);
    for (String part : List.of("DAMAGED", beside(".salvaged").toString(), "restore")) {
      assertTrue(second.lines().get(0).contains(part), second.lines()::toString);
    }
    assertEquals(0, Command.run("restore", db, ".salvaged").exitCode());
    assertTrue(Databases.isIntact(db));
    refusing.start(db);
    assertEquals(ROWS, Databases.rows(beside(".bak")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"database", "journal", "no candidate", "candidate", "opened candidate"})
  void afterAnyChangeItIsSalvagedAgain(String what) throws Exception {
    addALongRow();
    leaveACandidate();
    Path candidate = beside(".salvaged");
    switch (what) {
      case "database" -> Databases.overwrite(db, 60, Images.bytes(db, 60, 1));
      case "journal" -> Files.writeString(beside("-journal"), "no journal");
      case "no candidate" -> Files.delete(candidate);
      case "candidate" -> Databases.execute(candidate, "DELETE FROM t WHERE id = 1");
      default -> Files.writeString(beside(".salvaged-wal"), "");
    }
    FileTime changed = directoryChanged();
    refusing.start(db);
    assertNotEquals(changed, directoryChanged());
  }

  @Test
  void withAnotherMaxLossItIsSalvagedAgain() throws Exception {
    addALongRow();
    List<String> newest = all();
    leaveACandidate();
    starts.start(db);
    assertEquals(newest.subList(0, ROWS), all());
    assertTrue(Databases.isIntact(db));
  }

  @Test
  void withAnotherBackupItIsSalvagedAgain() throws Exception {
    addALongRow();
    refusing.start(db);
    Path away = directory.resolve("away");
    Files.move(beside(".bak"), away);
    leaveACandidate();
    Object candidate = inode(beside(".salvaged"));
    refusing.start(db);
    assertEquals(candidate, inode(beside(".salvaged")));
    byte[] damaged = Files.readAllBytes(db);
    Files.move(away, beside(".bak"));
    refusing.start(db);
    boolean installed = !Arrays.equals(damaged, Files.readAllBytes(db));
    assertTrue(installed || !candidate.equals(inode(beside(".salvaged"))));
  }

  @Test
  void whatWasRefusedStaysRefusedToTheApplicationToo() throws Exception {
    addALongRow();
    breakALongRow();
    letItGrowOld();
    try (Starts strict = Starts.with("max-loss=0,on-unrecoverable=refuse")) {
      assertNotEquals("ok", strict.start(db).opened());
      FileTime changed = directoryChanged();
      assertNotEquals("ok", strict.start(db).opened());
      assertEquals(changed, directoryChanged());
    }
  }

  @Test
  void fileOfSomebodyElseUnderThatNameStays() throws Exception {
    addALongRow();
    breakALongRow();
    Files.writeString(beside(".salvaged"), "mine");
    Starts.Start start = refusing.start(db);
    assertEquals("mine", Files.readString(beside(".salvaged")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  /** A row that was deleted since must not come back, and nothing else of that time either. */
  @Test
  void withoutBackfillNothingComesFromTheBackup() throws Exception {
    Databases.execute(db, "DROP INDEX ix");
    withoutBackfill.start(db);
    Databases.execute(db, "INSERT INTO t SELECT id + 1000, x FROM t");
    List<String> newest = all();
    List<Long> destroyed = destroyALeaf();
    Starts.Start start = withoutBackfill.start(db);
    List<String> expected = new ArrayList<>(newest);
    expected.removeIf(row -> destroyed.contains(Long.parseLong(row.split(" ")[0])));
    assertEquals(expected, all(), start.lines()::toString);
    assertTrue(report(".corrupt").contains("\"fromBackup\": 0"));
  }

  @Test
  void whereOnlyAReportIsWantedNothingChanges() throws Exception {
    reporting.start(db);
    destroyALeaf();
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = reporting.start(db);
    Map<String, String> after = Images.contentsOf(directory);
    before.remove(db.getFileName() + ".sqlguard");
    after.remove(db.getFileName() + ".sqlguard");
    assertEquals(before, after);
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  @Test
  void whereOnlyAReportIsWantedIndexesStayAsTheyAre() throws Exception {
    reporting.start(db);
    Images.zeroPage(db, Databases.leaves(db, "ix").get(2));
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = reporting.start(db);
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  @Test
  void companionsMoveUpWithTheirEvidence() throws Exception {
    addALongRow();
    starts.start(db);
    Databases.execute(db, "PRAGMA user_version=1");
    breakALongRow();
    byte[] first = Files.readAllBytes(db);
    starts.start(db);
    byte[] report = Files.readAllBytes(beside(".corrupt.report.json"));
    byte[] quarantine = Files.readAllBytes(beside(".corrupt.quarantine.db"));
    destroyALeaf();
    starts.start(db);
    assertArrayEquals(first, Files.readAllBytes(beside(".corrupt.1")));
    assertArrayEquals(report, Files.readAllBytes(beside(".corrupt.1.report.json")));
    assertArrayEquals(quarantine, Files.readAllBytes(beside(".corrupt.1.quarantine.db")));
    assertTrue(Files.exists(beside(".corrupt.report.json")));
    assertFalse(Files.exists(beside(".corrupt.quarantine.db")));
    List<String> status = Command.run("status", db).output();
    assertTrue(
        status.stream().anyMatch(line -> line.contains(".corrupt.1.quarantine.db")),
        status::toString);
  }

  @Test
  void quarantineThatAnApplicationOpensIsNotGuarded() throws Exception {
    addALongRow();
    breakALongRow();
    starts.start(db);
    Path quarantine = beside(".corrupt.quarantine.db");
    List<String> before = Databases.filesOf(db);
    Starts.Start start = starts.start(quarantine);
    assertEquals("ok", start.opened());
    assertEquals(List.of(), start.lines());
    assertEquals(before, Databases.filesOf(db));
  }

  @Test
  void fileWithoutAnyTraceOfADatabaseIsLeftAlone() throws Exception {
    starts.start(db);
    byte[] encrypted = new byte[(int) Files.size(db)];
    new Random(5).nextBytes(encrypted);
    Files.write(db, encrypted);
    starts.start(db);
    assertArrayEquals(encrypted, Files.readAllBytes(db));
    assertFalse(Files.exists(beside(".corrupt")));
  }

  /** What the umask would leave open isn't: everything has the database's own mode. */
  @Test
  void nobodyElseCanReadWhatIsKept() throws Exception {
    addALongRow();
    Files.setPosixFilePermissions(
        db, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    breakALongRow();
    starts.start(db);
    for (String suffix :
        List.of("", ".corrupt", ".corrupt.report.json", ".corrupt.quarantine.db")) {
      assertEquals(
          new HashSet<>(Files.getPosixFilePermissions(db)),
          new HashSet<>(Files.getPosixFilePermissions(beside(suffix))),
          suffix);
    }
  }
}
