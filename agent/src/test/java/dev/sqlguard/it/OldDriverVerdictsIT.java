package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same damage in the words of old versions of SQLite: the same verdicts. */
class OldDriverVerdictsIT {
  private static final int ROWS = 500;
  private static final String ROWS_IN_ORDER =
      "SELECT id || ' ' || x FROM t NOT INDEXED ORDER BY id";

  @AutoClose private static final Drivers drivers = new Drivers("");

  @TempDir Path directory;
  private Path db;

  static List<String> versions() {
    return List.of("3.7.2", "3.8.11.2", "3.21.0", "3.28.0", "3.36.0");
  }

  @BeforeEach
  void create() throws Exception {
    db = Starts.unused(directory);
    Databases.create(db, ROWS);
  }

  private void backUp(String version) throws Exception {
    Starts.Start start = drivers.starts(version).start(db);
    assertTrue(Files.exists(Databases.beside(db, ".bak")), start.lines()::toString);
  }

  /** Every row as it is now, not as it was at the time of the backup. */
  private void assertRebuilt(String version) throws Exception {
    byte[] before = Files.readAllBytes(db);
    List<String> rows = Databases.query(db, ROWS_IN_ORDER);
    Starts.Start start = drivers.starts(version).start(db);
    assertEquals("ok", start.opened());
    assertTrue(Databases.isIntact(db), start.lines()::toString);
    assertEquals(rows, Databases.query(db, ROWS_IN_ORDER));
    assertArrayEquals(before, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  private void assertRestored(String version) throws Exception {
    byte[] damaged = Files.readAllBytes(db);
    Starts.Start start = drivers.starts(version).start(db);
    assertTrue(Databases.isIntact(db), start.lines()::toString);
    assertEquals(ROWS, Databases.rows(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void zeroedIndexLeafIsBuiltAnew(String version) throws Exception {
    backUp(version);
    Databases.execute(db, "UPDATE t SET x = 'row 9999 newer than the backup' WHERE id = 1");
    Images.zeroPage(db, Databases.leaves(db, "ix").get(2));
    assertRebuilt(version);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void staleIndexLeafIsBuiltAnew(String version) throws Exception {
    backUp(version);
    Images.loseWrites(db, "ix", "UPDATE t SET x = 'row 2 newer' WHERE id = 1");
    assertFalse(Databases.isIntact(db));
    assertRebuilt(version);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void leakedPagesAndWrongFreelistAreBuiltAnew(String version) throws Exception {
    backUp(version);
    Databases.execute(db, "DELETE FROM t WHERE id > 300");
    Images.putInt(db, 32, 0);
    assertFalse(Databases.isIntact(db));
    assertRebuilt(version);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void staleTableLeafLosesRowsAndIsRestored(String version) throws Exception {
    backUp(version);
    Images.loseTwoRows(db);
    assertRestored(version);
  }

  /** What was written after the backup survives; only what is destroyed comes from it. */
  @ParameterizedTest
  @MethodSource("versions")
  void destroyedLeafIsFilledFromTheBackup(String version) throws Exception {
    backUp(version);
    Databases.execute(db, "UPDATE t SET x = 'newer than the backup' WHERE id IN (1, 500)");
    List<String> rows = Databases.query(db, ROWS_IN_ORDER);
    Databases.damage(db, "t", 1);
    assertRestored(version);
    assertEquals(rows, Databases.query(db, ROWS_IN_ORDER));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void firstPageThatIsNoTreeIsRestored(String version) throws Exception {
    backUp(version);
    Databases.overwrite(db, 100, new byte[8]);
    assertRestored(version);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void destroyedHeaderIsRestored(String version) throws Exception {
    backUp(version);
    Databases.overwrite(db, 0, new byte[100]);
    assertRestored(version);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void logOfAKilledApplicationIsInTheBackup(String version) throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.say("sql", "a", "PRAGMA journal_mode=WAL");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('only in the log')");
      app.kill();
    }
    backUp(version);
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
    assertTrue(Databases.isIntact(Databases.beside(db, ".bak")));
  }

  /** Before 3.8, of an index in which large integers stand among reals. */
  @Test
  void damageThatOnlyAnOldVersionFindsIsNone() throws Exception {
    Databases.execute(
        db,
        "CREATE TABLE n(v)",
        "CREATE INDEX nv ON n(v)",
        "INSERT INTO n SELECT CASE WHEN id % 2 THEN 4611686018427387904 + id"
            + " ELSE 4611686018427387904.0 + id * 100 END FROM t");
    byte[] before = Files.readAllBytes(db);
    backUp("3.7.2");
    assertArrayEquals(before, Files.readAllBytes(db));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
  }
}
