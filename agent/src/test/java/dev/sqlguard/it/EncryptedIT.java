package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Databases that only the application's own driver can read, with the key that the application
 * gives: SQLite3 Multiple Ciphers in the encrypting fork of sqlite-jdbc.
 */
class EncryptedIT {
  private static final int ROWS = 500;
  private static final String KEY = "oPen5esamE";
  private static final String TEXT = "legible text";
  private static final String TABLE = "secrets";
  private static final String COUNT = "SELECT count(*) FROM secrets NOT INDEXED";
  private static final String ADD = "INSERT INTO secrets(x) VALUES ('new')";
  private static final int PAGE = 4096;

  @AutoClose
  private static final Starts starts = new Starts(() -> DriverPrograms.encrypting().jvm());

  /** Makes databases and looks into them. */
  @AutoClose private static GuardedJvm.Running other;

  @TempDir Path directory;
  private Path db;
  private Path bak;

  @BeforeAll
  static void begin() throws Exception {
    other = DriverPrograms.encrypting().jvm().unguarded().start();
  }

  @BeforeEach
  void name() {
    db = Starts.unused(directory);
    bak = Databases.beside(db, ".bak");
  }

  private static String url(Path file, String cipher, String key) {
    return "jdbc:sqlite:" + file + "?cipher=" + cipher + "&key=" + key;
  }

  private static String url(Path file) {
    return url(file, "chacha20", KEY);
  }

  private void create(String url) throws Exception {
    other.ok("open", "new", "drivermanager", url);
    other.ok("sql", "new", "CREATE TABLE secrets(id INTEGER PRIMARY KEY, x TEXT)");
    other.ok("sql", "new", "CREATE INDEX ix ON secrets(x)");
    other.ok(
        "sql",
        "new",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + ROWS
            + ") INSERT INTO secrets(x) SELECT '"
            + TEXT
            + " ' || i || hex(randomblob(40)) FROM n");
    other.ok("close", "new");
  }

  /** The number of rows in a copy of the main file alone, or the error. */
  private String rowsIn(Path file, String url) throws Exception {
    Path copy = Files.copy(file, Files.createTempDirectory(directory, "look-").resolve("copy.db"));
    String opened = other.say("open", "look", "drivermanager", url.replace(file + "", copy + ""));
    if (!opened.equals("ok")) {
      return opened;
    }
    String rows = other.say("sql", "look", COUNT);
    other.ok("close", "look");
    return rows;
  }

  private static boolean holds(Path file, String text) throws Exception {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
  }

  /** In a page that is neither the first, which the key is tried on, nor zero. */
  private void damage() throws Exception {
    assertTrue(Files.size(db) > 9 * PAGE);
    Databases.overwrite(db, 8 * PAGE, new byte[PAGE]);
  }

  /** Whatever happened: no file of ours tells the key, what is in the tables, or their names. */
  @AfterEach
  void nothingIsBetrayed() throws Exception {
    try (var files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.toString().contains("plain")) {
          assertFalse(holds(file, KEY), file.toString());
          assertFalse(holds(file, TEXT), file.toString());
          assertFalse(holds(file, TABLE), file.toString());
        }
      }
    }
  }

  private static void assertNoKeyIn(List<String> lines) {
    assertFalse(lines.toString().contains(KEY), lines.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"chacha20", "sqlcipher", "aes256cbc", "rc4"})
  void isCheckedAndBackedUpWithTheApplicationsKey(String cipher) throws Exception {
    String url = url(db, cipher, KEY);
    create(url);
    Starts.Start start = starts.startAs(db, url, COUNT);
    assertEquals(List.of(Integer.toString(ROWS)), start.answers());
    assertEquals(1, start.lines().size(), start.lines()::toString);
    assertNoKeyIn(start.lines());
    assertFalse(holds(bak, "SQLite format 3"));
    assertEquals(Integer.toString(ROWS), rowsIn(bak, url(bak, cipher, KEY)));
    String wrong = rowsIn(bak, url(bak, cipher, "wrong"));
    assertTrue(wrong.contains("NOTADB"), wrong);
    String none = rowsIn(bak, "jdbc:sqlite:" + bak);
    assertTrue(none.contains("NOTADB"), none);
  }

  @Test
  void theKeyMayComeAsAProperty() throws Exception {
    create(url(db));
    try (var app = DriverPrograms.encrypting().start("")) {
      app.ok("open", "a", "properties", "jdbc:sqlite:" + db, "cipher=chacha20", "key=" + KEY);
      assertEquals(Integer.toString(ROWS), app.say("sql", "a", COUNT));
      assertNoKeyIn(app.end("return").errors());
    }
    assertEquals(Integer.toString(ROWS), rowsIn(bak, url(bak)));
  }

  @Test
  void theSecondStartMovesTheBackupUp() throws Exception {
    create(url(db));
    starts.startAs(db, url(db), ADD);
    byte[] first = Files.readAllBytes(bak);
    starts.startAs(db, url(db));
    assertArrayEquals(first, Files.readAllBytes(Databases.beside(db, ".bak.1")));
    assertEquals(Integer.toString(ROWS + 1), rowsIn(bak, url(bak)));
  }

  @Test
  void theLogIsInTheBackupAndFoldedInAtExit() throws Exception {
    create(url(db));
    try (var app = DriverPrograms.encrypting().start("check=off")) {
      app.ok("open", "a", "drivermanager", url(db));
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "a", ADD);
      app.kill();
    }
    assertEquals(Integer.toString(ROWS), rowsIn(db, url(db)));
    try (var app = DriverPrograms.encrypting().start("")) {
      app.ok("open", "a", "drivermanager", url(db));
      assertEquals(Integer.toString(ROWS + 1), rowsIn(bak, url(bak)));
      app.ok("sql", "a", ADD);
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertNoKeyIn(ended.errors());
    }
    assertEquals(0, Files.size(Databases.beside(db, "-wal")));
    assertEquals(Integer.toString(ROWS + 2), rowsIn(db, url(db)));
  }

  @Test
  void aNewOneIsFoldedInAtExit() throws Exception {
    try (var app = DriverPrograms.encrypting().start("")) {
      app.ok("open", "a", "drivermanager", url(db));
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "CREATE TABLE secrets(x)");
      app.ok("sql", "a", ADD.replace("(x)", ""));
      assertEquals(0, app.end("return").exitCode());
    }
    assertEquals(0, Files.size(Databases.beside(db, "-wal")));
    assertEquals("1", rowsIn(db, url(db)));
  }

  /** No key is right until it opens something: then it is the other one that was wrong. */
  @Test
  void aWrongKeyIsNoDamageAndTheRightOneIsWaitedFor() throws Exception {
    create(url(db));
    byte[] before = Files.readAllBytes(db);
    try (var app = DriverPrograms.encrypting().start("on-unrecoverable=refuse")) {
      String answer = app.say("open", "a", "drivermanager", url(db, "chacha20", "wr0ngKey"));
      assertTrue(answer.contains("NOTADB"), answer);
      app.say("open", "a", "drivermanager", url(db, "chacha20", "wr0ngKey"));
      assertEquals(List.of(db.getFileName().toString()), Databases.filesOf(db));
      app.ok("open", "a", "drivermanager", url(db));
      assertEquals(Integer.toString(ROWS), app.say("sql", "a", COUNT));
      var ended = app.end("return");
      assertEquals(2, ended.guardLines().size(), ended.errors().toString());
      assertFalse(ended.errors().toString().contains("wr0ngKey"));
      assertNoKeyIn(ended.errors());
    }
    assertArrayEquals(before, Files.readAllBytes(db));
    assertEquals(Integer.toString(ROWS), rowsIn(bak, url(bak)));
  }

  /**
   * With a wrong key this driver's last close destroys a database that has a log. Another process
   * is there until the application's own connection is closed: only the guard could do it then.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "check=off"})
  void atExitNothingIsFoldedInWithAKeyThatHasReadNothing(String options) throws Exception {
    create(url(db));
    Path wal = Databases.beside(db, "-wal");
    try (var user = DriverPrograms.encrypting().jvm().unguarded().start();
        var app = DriverPrograms.encrypting().start(options)) {
      user.ok("open", "a", "drivermanager", url(db));
      user.say("sql", "a", "PRAGMA journal_mode=WAL");
      user.ok("sql", "a", ADD);
      String answer = app.say("open", "a", "drivermanager", url(db, "chacha20", "wrong"));
      assertTrue(answer.startsWith("error "), answer);
      user.kill();
      byte[] main = Files.readAllBytes(db);
      byte[] log = Files.readAllBytes(wal);
      assertTrue(log.length > 0);
      assertEquals(0, app.end("return").exitCode());
      assertArrayEquals(main, Files.readAllBytes(db));
      assertArrayEquals(log, Files.readAllBytes(wal));
    }
  }

  /** The key that was right at the first open, or none, is the wrong one now. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void atExitNothingIsFoldedInWithAKeyThatHasBeenChangedSince(boolean keyed) throws Exception {
    String original = keyed ? url(db) : "jdbc:sqlite:" + db + "?cipher=chacha20";
    create(original);
    Path wal = Databases.beside(db, "-wal");
    String changed = url(db, "chacha20", "an0therKey");
    try (var user = DriverPrograms.encrypting().jvm().unguarded().start();
        var app = DriverPrograms.encrypting().start("")) {
      app.ok("open", "a", "drivermanager", original);
      Files.delete(bak);
      app.say("sql", "a", "PRAGMA rekey='an0therKey'");
      app.ok("close", "a");
      user.ok("open", "a", "drivermanager", changed);
      assertEquals("wal", user.say("sql", "a", "PRAGMA journal_mode=WAL"));
      user.ok("sql", "a", ADD);
      user.kill();
      assertTrue(Files.size(wal) > 0);
      assertEquals(0, app.end("return").exitCode());
    }
    if (!keyed) {
      Files.delete(Databases.beside(db, ".sqlguard"));
    }
    other.ok("open", "look", "drivermanager", changed);
    assertEquals(Integer.toString(ROWS + 1), other.say("sql", "look", COUNT));
    other.ok("close", "look");
  }

  @Test
  void aWrongKeyLeavesEarlierBackupsAlone() throws Exception {
    create(url(db));
    starts.startAs(db, url(db));
    byte[] backup = Files.readAllBytes(bak);
    Starts.Start start = starts.startAs(db, url(db, "chacha20", "wrong"));
    assertTrue(start.opened().contains("NOTADB"), start.opened());
    assertArrayEquals(backup, Files.readAllBytes(bak));
    assertEquals(2, Databases.filesOf(db).size());
  }

  /** Its pages are those of a plain database; what the driver says of it is the key's fault. */
  @ParameterizedTest
  @ValueSource(strings = {"chacha20", "sqlcipher", "rc4"})
  void aPlainDatabaseThatIsGivenAKeyIsNoDamage(String cipher) throws Exception {
    Path plain = directory.resolve("plain-" + cipher + ".db");
    Databases.create(plain, ROWS);
    byte[] before = Files.readAllBytes(plain);
    Starts.Start start = starts.startAs(plain, url(plain, cipher, KEY));
    assertTrue(start.opened().startsWith("error "), start.opened());
    assertFalse(start.lines().toString().contains("DAMAGED"), start.lines()::toString);
    assertArrayEquals(before, Files.readAllBytes(plain));
    assertFalse(Files.exists(Databases.beside(plain, ".corrupt")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"chacha20", "rc4"})
  void damageIsReportedAndNothingReplaced(String cipher) throws Exception {
    String url = url(db, cipher, KEY);
    create(url);
    starts.startAs(db, url);
    byte[] backup = Files.readAllBytes(bak);
    damage();
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = starts.startAs(db, url);
    assertEquals("ok", start.opened());
    assertEquals(1, start.lines().size(), start.lines()::toString);
    assertTrue(start.lines().get(0).contains("DAMAGED"), start.lines()::toString);
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertArrayEquals(backup, Files.readAllBytes(bak));
    assertEquals(2, Databases.filesOf(db).size());
  }

  @Test
  void damageIsRefusedWhereItsOwnerWantsThat() throws Exception {
    create(url(db));
    damage();
    try (var app = DriverPrograms.encrypting().start("on-unrecoverable=refuse")) {
      String answer = app.say("open", "a", "drivermanager", url(db));
      assertTrue(answer.contains("sqlguard: " + db + " is damaged"), answer);
      assertNoKeyIn(List.of(answer));
      assertNoKeyIn(app.end("return").errors());
    }
  }

  /** The driver's own backup command writes a plain file: it must not be used here. */
  @Test
  void noPlainCopyIsMadeOfOneThatAnotherProcessUses() throws Exception {
    create(url(db));
    other.ok("open", "user", "drivermanager", url(db));
    other.say("sql", "user", "PRAGMA journal_mode=WAL");
    other.ok("sql", "user", ADD);
    Starts.Start start = starts.startAs(db, url(db), COUNT);
    assertEquals(List.of(Integer.toString(ROWS + 1)), start.answers());
    assertTrue(start.lines().get(0).contains("another process"), start.lines()::toString);
    assertFalse(Files.exists(bak));
    other.ok("close", "user");
  }

  /** What is about to be encrypted isn't copied as it is. */
  @Test
  void anOpenThatChangesTheKeyIsLeftAlone() throws Exception {
    Path plain = directory.resolve("plain.db");
    Databases.create(plain, ROWS);
    try (var app = DriverPrograms.encrypting().start("")) {
      String url = "jdbc:sqlite:" + plain;
      app.ok("open", "a", "properties", url, "rekey=" + KEY);
      assertEquals(List.of("plain.db"), Databases.filesOf(plain));
      var ended = app.end("return");
      assertEquals(1, ended.guardLines().size(), ended.errors().toString());
      assertNoKeyIn(ended.errors());
    }
  }

  /** sqlite-jdbc itself takes a password too, and does nothing with it. */
  @Test
  void aPasswordWithoutEncryptionIsNoObstacle() throws Exception {
    Path plain = directory.resolve("plain.db");
    Databases.create(plain, ROWS);
    String url = "jdbc:sqlite:" + plain + "?password=" + KEY;
    for (int start = 0; start < 2; start++) {
      try (var app = GuardedJvm.jvm().start()) {
        app.ok("open", "a", "drivermanager", url);
        assertEquals(Integer.toString(ROWS), app.say("sql", "a", "SELECT count(*) FROM t"));
        assertNoKeyIn(app.end("return").errors());
      }
      if (start == 0) {
        assertTrue(Files.exists(Databases.beside(plain, ".bak")));
        Databases.damage(plain, "t", 2);
      }
    }
    assertTrue(Databases.isIntact(plain));
    assertEquals(ROWS, Databases.rows(plain));
  }

  /** A key that breaks the driver's statement comes back in its message, or a part of it does. */
  @Test
  void aKeyThatTheDriverCantTakeIsNotQuoted() throws Exception {
    create(url(db));
    try (var app = DriverPrograms.encrypting().start("")) {
      String url = "jdbc:sqlite:" + db;
      String odd = "key=it\"" + KEY;
      String answer = app.say("open", "a", "properties", url, odd, "hexkey_mode=SQLCIPHER");
      assertTrue(answer.contains("near \"" + KEY), answer);
      var ended = app.end("return");
      assertTrue(ended.guardLines().get(0).contains("can't be judged"), ended.errors().toString());
      assertFalse(String.join(" ", ended.guardLines()).contains(KEY));
    }
  }
}
