package dev.sqlguard.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verifier.Depth;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.core.DB;

/** What the schema of a private copy can do on the guard's own connections. */
class PrivateCopiesTest {
  private static final int PAGE = 4096;

  @TempDir Path directory;
  private Path file;
  private final JdbcDriver driver = new JdbcDriver(DB.class, () -> true);

  @BeforeEach
  void create() throws SQLException {
    file = directory.resolve("copy.db");
    execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", "INSERT INTO t(x) VALUES ('abc')");
  }

  private void execute(String... statements) throws SQLException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private String ask(String query) throws SQLException {
    try (Connection db = driver.open(file);
        Statement statement = db.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.getString(1);
    }
  }

  private String refused(String query) {
    return assertThrows(SQLException.class, () -> ask(query)).getMessage();
  }

  @Test
  void theSchemaIsNotTrusted() throws Exception {
    execute("CREATE VIEW v AS SELECT * FROM pragma_database_list");
    assertEquals("0", ask("PRAGMA trusted_schema"));
    assertTrue(refused("SELECT * FROM v").contains("unsafe use"));
  }

  @Test
  void noExtensionIsLoaded() {
    assertTrue(refused("SELECT load_extension('/tmp/none')").contains("not authorized"));
    assertTrue(refused("SELECT fts3_tokenizer('x', x'00')").contains("fts3tokenize"));
  }

  /** Expressions may make more of a value, but not the memory of a machine. */
  @Test
  void noValueIsMuchLargerThanTheFile() throws Exception {
    assertTrue(refused("SELECT hex(zeroblob(100000000))").contains("too big"));
    execute("INSERT INTO t(x) VALUES (zeroblob(20000000))");
    assertEquals("40000000", ask("SELECT length(hex(x)) FROM t WHERE id = 2"));
  }

  /** A small file may have all its content in the log beside it. */
  @Test
  void aLogCountsAsPartOfTheFile() throws Exception {
    Path live = directory.resolve("live.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + live);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA wal_autocheckpoint=0");
      statement.execute("CREATE TABLE t(x)");
      statement.execute("CREATE INDEX i ON t(x)");
      statement.execute("INSERT INTO t VALUES (hex(zeroblob(2000000)))");
      Files.copy(live, file, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(Path.of(live + "-wal"), Path.of(file + "-wal"));
    }
    Verdict verdict = new IntegrityCheck(driver).verify(file, Depth.FULL);
    assertInstanceOf(Verdict.Healthy.class, verdict, verdict::toString);
  }

  /** It has the pages that a transaction, now to be rolled back, cut off the file. */
  @Test
  void aJournalCountsAsPartOfTheFile() throws Exception {
    execute("CREATE TABLE large(x)", "CREATE INDEX i ON large(x)");
    execute("INSERT INTO large VALUES (hex(zeroblob(2000000)))");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, 3 * PAGE));
    Files.write(Path.of(file + "-journal"), journalOf(whole));
    Verdict verdict = new IntegrityCheck(driver).verify(file, Depth.FULL);
    assertInstanceOf(Verdict.Healthy.class, verdict, verdict::toString);
  }

  /** A hot journal with every page: file format, section 3. */
  private static byte[] journalOf(byte[] database) {
    int pages = database.length / PAGE;
    int nonce = 12345;
    ByteBuffer journal = ByteBuffer.allocate(512 + pages * (PAGE + 8));
    journal.putLong(0xd9d505f920a163d7L).putInt(pages).putInt(nonce).putInt(pages);
    journal.putInt(512).putInt(PAGE).position(512);
    for (int page = 1; page <= pages; page++) {
      int at = (page - 1) * PAGE;
      int sum = nonce;
      for (int i = PAGE - 200; i > 0; i -= 200) {
        sum += database[at + i] & 0xff;
      }
      journal.putInt(page).put(database, at, PAGE).putInt(sum);
    }
    return journal.array();
  }

  /** What an application may have in a schema is healthy to these connections, too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE INDEX i ON t(lower(x), length(x))",
        "CREATE INDEX i ON t(json_extract(x, '$.a')) WHERE x GLOB '{*}'",
        "CREATE INDEX i ON t(x) WHERE x LIKE 'a%' AND date(x) IS NOT NULL",
        "CREATE TABLE g(a, b AS (hex(a)) STORED, c AS (upper(b)) VIRTUAL, UNIQUE(c))",
        "CREATE TABLE c(a CHECK(typeof(a) = 'text' AND strftime('%Y', a) > '1970'))",
        "CREATE TABLE c(a CHECK(random() <> a AND reverse(a) <> ''), b DEFAULT (randomblob(8)))",
        "CREATE VIRTUAL TABLE f USING fts5(x, content='t', content_rowid='id')",
        "CREATE VIRTUAL TABLE f USING fts4(x)",
        "CREATE VIRTUAL TABLE r USING rtree(id, a, b)",
        "CREATE VIEW v AS SELECT value FROM t, json_each(t.x)",
        "CREATE VIEW v AS SELECT * FROM pragma_table_info('t')",
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT load_extension('x'); END"
      })
  void aHealthyDatabaseStaysHealthy(String definition) throws Exception {
    execute(definition);
    Verdict verdict = new IntegrityCheck(driver).verify(file, Depth.FULL);
    assertInstanceOf(Verdict.Healthy.class, verdict, verdict::toString);
  }

  @Test
  void triggersWithVirtualTablesDontMatterToTheCheck() throws Exception {
    execute(
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "CREATE VIRTUAL TABLE r USING rtree(id, a, b)",
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO f VALUES (new.x);"
            + " INSERT INTO r VALUES (new.id, 1, 2); END",
        "INSERT INTO t(x) VALUES ('more')");
    Verdict verdict = new IntegrityCheck(driver).verify(file, Depth.FULL);
    assertInstanceOf(Verdict.Healthy.class, verdict, verdict::toString);
  }

  /** A function of the application alone: the constraint isn't looked at, and is no damage. */
  @Test
  void aCheckWithAnUnknownFunctionIsLeftAlone() throws Exception {
    execute(
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(id INTEGER PRIMARY KEY,"
            + " x TEXT CHECK(of_the_application(x)))' WHERE name = 't'");
    Verdict verdict = new IntegrityCheck(driver).verify(file, Depth.FULL);
    assertInstanceOf(Verdict.Healthy.class, verdict, verdict::toString);
  }
}
