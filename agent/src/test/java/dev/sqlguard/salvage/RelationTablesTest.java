package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tables WITHOUT ROWID whose rows say what rows of other tables say, more or less, as entries of an
 * index do. Where nothing names them, they are in quarantine.
 */
class RelationTablesTest {
  private static final int ROWS = 2000;
  private static final String SERIES = TrapsTest.NUMBERS.formatted(ROWS);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("app.db");
  }

  private void build(String... statements) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, statements);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Each user's own group, and another one for every second, tenth or fiftieth user.
        "SELECT u % 40, u FROM user UNION SELECT 50 + u % 7, u FROM user WHERE u % 2 = 0",
        "SELECT u % 40, u FROM user UNION SELECT 50 + u % 7, u FROM user WHERE u % 10 = 0",
        "SELECT u % 40, u FROM user UNION SELECT 50 + u % 7, u FROM user WHERE u % 50 = 0",
        // One group for each, which is not the user's own for every third.
        "SELECT iif(u % 3, u % 40, 50 + u % 7), u FROM user"
      })
  void membersOfGroupsAreNoIndexOfUsers(String members) throws Exception {
    build(
        "PRAGMA page_size = 1024",
        "CREATE TABLE user(u INTEGER PRIMARY KEY, main_group INTEGER, name TEXT)",
        "CREATE TABLE member(g INTEGER, u INTEGER, PRIMARY KEY(g, u)) WITHOUT ROWID",
        SERIES + "INSERT INTO user SELECT i, i % 40, 'User ' || i FROM n",
        "INSERT INTO member " + members);
    assertAllThere("member", 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 20})
  void coursesAreNoIndexOfMarks(int without) throws Exception {
    build(
        "PRAGMA page_size = 1024",
        "CREATE TABLE mark(s INTEGER, c INTEGER, mark INTEGER, PRIMARY KEY(s, c)) WITHOUT ROWID",
        "CREATE TABLE course(s INTEGER, c INTEGER, PRIMARY KEY(s, c)) WITHOUT ROWID",
        SERIES + "INSERT INTO course SELECT 1000 + i / 4, 7000 + i * 7 % 90 FROM n",
        "INSERT INTO mark SELECT s, c, 1 + s % 6 FROM course WHERE s % " + without);
    assertAllThere("course", 2);
  }

  private void assertAllThere(String table, int fields) throws Exception {
    int root = DamagedImage.root(file, table);
    long rows;
    try (Connection db = WrittenDatabase.open(file)) {
      rows = Long.parseLong(WrittenDatabase.text(db, "SELECT count(*) FROM " + table));
    }
    new DamagedImage(file).zero(1).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    List<String> kept = salvaged.rows("lost_and_found_" + root);
    assertTrue(kept != null, () -> "only the others: " + quarantines(salvaged));
    assertEquals(rows, kept.size());
  }

  private static String quarantines(Salvaged salvaged) {
    try {
      return salvaged.dump().tables().keySet().toString();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void indexesAreStillToldFromTables() throws Exception {
    build(
        "PRAGMA page_size = 1024",
        "CREATE TABLE user(u INTEGER PRIMARY KEY, main_group INTEGER, name TEXT)",
        "CREATE INDEX by_group ON user(main_group)",
        "CREATE INDEX by_name ON user(name, main_group DESC) WHERE u % 3",
        "CREATE TABLE mark(s INTEGER, c INTEGER, mark INTEGER, PRIMARY KEY(s, c)) WITHOUT ROWID",
        "CREATE INDEX by_course ON mark(c)",
        SERIES + "INSERT INTO user SELECT i, i % 40, 'User ' || i FROM n",
        SERIES + "INSERT INTO mark SELECT 1000 + i / 4, 7000 + i * 7 % 90, i % 6 FROM n");
    new DamagedImage(file).zero(1).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(2 * ROWS, salvaged.quarantined().size());
  }

  /** The index of another table lacks its root, so its entries are looked for. */
  @Test
  void aTableThatIsYoungerThanTheBackupIsNoIndex() throws Exception {
    build(
        "PRAGMA page_size = 1024",
        "CREATE TABLE user(u INTEGER PRIMARY KEY, main_group INTEGER, name TEXT)",
        "CREATE INDEX by_group ON user(main_group)",
        SERIES + "INSERT INTO user SELECT i, i % 40, 'User ' || i FROM n");
    Path backup = Files.copy(file, folder.resolve("backup.db"));
    build(
        "CREATE TABLE member(g INTEGER, u INTEGER, PRIMARY KEY(g, u)) WITHOUT ROWID",
        "INSERT INTO member SELECT 50 + u % 7, u FROM user WHERE u % 2 = 0");
    DamagedImage image = new DamagedImage(file);
    image.zero(1).zero(DamagedImage.root(file, "by_group"));
    image.write();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(ROWS / 2, salvaged.quarantined().size(), () -> quarantines(salvaged));
  }

  /** Nothing is left that could contradict that they are entries, or confirm it. */
  @Test
  void shortRowsBesideALostTableAreNotDropped() throws Exception {
    build(
        "PRAGMA page_size = 1024",
        "CREATE TABLE user(u INTEGER PRIMARY KEY, name TEXT)",
        "CREATE INDEX by_name ON user(name)",
        "CREATE TABLE setting(k TEXT PRIMARY KEY, v) WITHOUT ROWID",
        SERIES + "INSERT INTO user SELECT i, 'User ' || i FROM n",
        SERIES + "INSERT INTO setting SELECT 'option ' || i, i FROM n",
        "ALTER TABLE setting ADD COLUMN note TEXT");
    DamagedImage image = new DamagedImage(file);
    int users = DamagedImage.root(file, "user");
    for (int i = 0; i < image.cells(users); i++) {
      image.zero(image.child(users, i));
    }
    image.zero(image.u32(image.at(users) + 8)).zero(users);
    image.zero(DamagedImage.root(file, "by_name"));
    int settings = DamagedImage.root(file, "setting");
    int lost = image.cells(settings);
    image.zero(settings).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    // Entries of the index may be there as well.
    long found = salvaged.rows("setting").size() + salvaged.quarantined().size();
    assertTrue(found >= ROWS - lost, () -> found + " " + quarantines(salvaged));
  }
}
