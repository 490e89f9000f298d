package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** How many backups there are, when they move, and what each of them is. */
class BackupsIT {
  private static final int ROWS = 300;
  private static final Map<String, Starts> BY_OPTIONS = new TreeMap<>();

  @TempDir Path directory;
  private Path db;
  private Path bak;
  private Path older;

  private static Starts with(String options) {
    return BY_OPTIONS.computeIfAbsent(options, Starts::with);
  }

  @AfterAll
  static void end() throws Exception {
    for (Starts starts : BY_OPTIONS.values()) {
      starts.close();
    }
    BY_OPTIONS.clear();
  }

  @BeforeEach
  void name(TestInfo test) throws Exception {
    db = directory.resolve(test.getTestMethod().orElseThrow().getName() + ".db");
    bak = Databases.beside(db, ".bak");
    older = Databases.beside(db, ".bak.1");
    Databases.create(db, ROWS);
  }

  /** Each start writes one row. */
  private void startsThatWrite(String options, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      Starts.Start start = with(options).start(db, "INSERT INTO t(x) VALUES ('one more')");
      assertEquals(List.of("ok"), start.answers());
    }
  }

  private List<String> backups() throws Exception {
    String name = db.getFileName().toString();
    return Databases.filesOf(db).stream()
        .filter(file -> !file.equals(name))
        .map(file -> file.substring(name.length()))
        .toList();
  }

  @Test
  void twoAreKept() throws Exception {
    startsThatWrite("", 3);
    assertEquals(List.of(".bak", ".bak.1"), backups());
  }

  /** Their names alone are more than the state file holds. */
  @Test
  void thousandsOfTablesWithLongNames() throws Exception {
    List<String> tables = new ArrayList<>(List.of("BEGIN"));
    for (int i = 0; i < 2000; i++) {
      tables.add("CREATE TABLE \"Prüfmaß der größten Übergabemenge für Straße Nr. " + i + "\"(x)");
    }
    tables.add("COMMIT");
    Databases.execute(db, tables.toArray(String[]::new));
    startsThatWrite("", 4);
    assertEquals(List.of(".bak", ".bak.1"), backups());
    assertEquals(ROWS + 3, Databases.rows(bak));
    Databases.damage(db, "t", 1);
    with("").start(db);
    assertTrue(Databases.isIntact(db));
    assertEquals(ROWS + 4, Databases.rows(db));
    Databases.execute(db, "DELETE FROM t");
    with("").start(db);
    assertEquals(ROWS + 3, Databases.rows(Databases.beside(db, ".bak.keep")));
  }

  @Test
  void noneIsMadeWhereNoneIsWanted() throws Exception {
    startsThatWrite("backups=0", 2);
    assertEquals(List.of(), backups());
  }

  @Test
  void oneIsKeptWhereOneIsWanted() throws Exception {
    startsThatWrite("backups=1,backup-spacing=0s", 3);
    assertEquals(List.of(".bak"), backups());
    assertEquals(ROWS + 2, Databases.rows(bak));
  }

  @Test
  void fiveAreKeptWhereFiveAreWanted() throws Exception {
    startsThatWrite("backups=5,backup-spacing=0s", 7);
    assertEquals(List.of(".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4"), backups());
    assertEquals(ROWS + 6, Databases.rows(bak));
    for (int i = 1; i < 5; i++) {
      assertEquals(ROWS + 6 - i, Databases.rows(Databases.beside(db, ".bak." + i)));
    }
  }

  @Test
  void everyStartMovesThemUpWithoutSpacing() throws Exception {
    startsThatWrite("backup-spacing=0s", 5);
    assertEquals(List.of(".bak", ".bak.1"), backups());
    assertEquals(ROWS + 4, Databases.rows(bak));
    assertEquals(ROWS + 3, Databases.rows(older));
  }

  @Test
  void crashLoopThatWritesKeepsTheOldestGoodState() throws Exception {
    startsThatWrite("", 10);
    assertEquals(List.of(".bak", ".bak.1"), backups());
    assertEquals(ROWS + 9, Databases.rows(bak));
    assertEquals(ROWS, Databases.rows(older));
  }

  @Test
  void crashLoopThatWritesNothingKeepsTheOnlyState() throws Exception {
    for (int i = 0; i < 10; i++) {
      with("").start(db, "SELECT count(*) FROM t");
    }
    assertEquals(List.of(".bak"), backups());
    assertEquals(ROWS, Databases.rows(bak));
  }

  @Test
  void nothingIsWrittenWhereNothingChanged() throws Exception {
    with("backup-spacing=0s").start(db);
    Object file =
        Files.readAttributes(bak, "unix:ino,mtime,ctime".replace("mtime", "lastModifiedTime"));
    for (int i = 0; i < 3; i++) {
      with("backup-spacing=0s").start(db, "SELECT count(*) FROM t");
    }
    assertEquals(file, Files.readAttributes(bak, "unix:ino,lastModifiedTime,ctime"));
    assertEquals(List.of(".bak"), backups());
  }

  /** The change counter in the header moves, and a page goes to the freelist and comes back. */
  @Test
  void nothingIsWrittenWhereTheContentIsTheSameAgain() throws Exception {
    Databases.execute(db, "CREATE TABLE free(x)", "INSERT INTO free VALUES (randomblob(9000))");
    Databases.execute(db, "DELETE FROM free");
    with("backup-spacing=0s").start(db);
    Object file = Files.readAttributes(bak, "unix:ino,lastModifiedTime,ctime");
    byte[] before = Files.readAllBytes(db);
    Databases.execute(db, "UPDATE t SET x = x WHERE id = 1");
    assertFalse(java.util.Arrays.equals(before, Files.readAllBytes(db)));
    with("backup-spacing=0s").start(db);
    assertEquals(file, Files.readAttributes(bak, "unix:ino,lastModifiedTime,ctime"));
    assertEquals(List.of(".bak"), backups());
  }

  @Test
  void backupOfADatabaseInWalModeIsOneFileThatOpensByItself() throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    with("").start(db);
    assertArrayEquals(new byte[] {1, 1}, Images.bytes(bak, 18, 2));
    Path elsewhere = directory.resolve("elsewhere.db");
    Files.copy(bak, elsewhere);
    assertTrue(elsewhere.toFile().setReadOnly());
    assertEquals(List.of("ok"), Databases.query(elsewhere, "PRAGMA integrity_check"));
    assertEquals(ROWS, Databases.rows(elsewhere));
    assertEquals(List.of(".bak"), backups());
  }

  @Test
  void backupIsMarkedAsQuickWhereTheCheckWas() throws Exception {
    with("check=quick").start(db);
    assertEquals(ROWS, Databases.rows(bak));
    assertTrue(Files.readString(Databases.beside(db, ".sqlguard")).contains("check=quick"));
  }

  /** The scan looks at all of it, whatever SQLite would look at. */
  @Test
  void whatOnlyAFullCheckSeesEntersNoSlotWithAQuickOne() throws Exception {
    Starts quick = with("check=quick,backup-spacing=0s");
    quick.start(db, "UPDATE t SET x = 'second' WHERE id = 1");
    int leaf = Databases.leaves(db, "ix").get(1);
    byte[] page = Images.page(db, leaf);
    page[page.length - 20] ^= 1;
    Images.putPage(db, leaf, page);
    assertEquals(List.of("ok"), Databases.query(db, "PRAGMA quick_check"));
    assertFalse(Databases.isIntact(db));
    quick.start(db);
    assertTrue(Databases.isIntact(db));
    assertTrue(Databases.isIntact(bak));
    assertEquals(ROWS, Databases.rows(db));
    assertEquals(List.of("1"), Databases.query(db, "SELECT id FROM t WHERE x = 'second'"));
  }

  @Test
  void withoutAnyCheckNothingIsMade() throws Exception {
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = with("check=off").start(db);
    assertEquals("ok", start.opened());
    assertEquals(List.of(), start.lines());
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertEquals(1, Files.list(directory).count());
  }

  @Test
  void fewerAreUsedWhereFewerAreWantedAndOlderOnesStay() throws Exception {
    startsThatWrite("backups=5,backup-spacing=0s", 4);
    byte[] third = Files.readAllBytes(Databases.beside(db, ".bak.3"));
    startsThatWrite("backup-spacing=0s", 2);
    assertEquals(ROWS + 5, Databases.rows(bak));
    assertArrayEquals(third, Files.readAllBytes(Databases.beside(db, ".bak.3")));
  }

  @Test
  void damageIsOnlyReportedWhereThatIsWanted() throws Exception {
    with("on-damage=report").start(db);
    Databases.damage(db, "t", 1);
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = with("on-damage=report").start(db);
    assertEquals("ok", start.opened());
    assertEquals(before, Images.contentsOf(directory));
    assertEquals(1, start.lines().size());
  }
}
