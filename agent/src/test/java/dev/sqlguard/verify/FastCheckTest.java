package dev.sqlguard.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.ImageHash;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import dev.sqlguard.verify.Verifier.Depth;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FastCheckTest {
  private static final String NUMBERS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) ";

  @TempDir Path directory;

  private static final class Memory implements KnownSchemas {
    private final Set<String> hashes = new HashSet<>();

    @Override
    public boolean contains(String schemaHash) {
      return hashes.contains(schemaHash);
    }

    @Override
    public void add(String schemaHash) {
      hashes.add(schemaHash);
    }
  }

  private final CountingEngine engine = new CountingEngine("3.54.1");
  private final Memory schemas = new Memory();

  private Path database(String... statements) throws SQLException {
    Path file = directory.resolve("app.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
    return file;
  }

  private FastCheck check(SqliteEngine judge) {
    return new FastCheck(judge, Optional::empty, schemas, (pages, total) -> {});
  }

  @Test
  void sqliteReadsEachSchemaOnce() throws Exception {
    Path file =
        database("CREATE TABLE t(a, b)", "CREATE INDEX i ON t(a)", "INSERT INTO t VALUES(1,2)");
    assertInstanceOf(Healthy.class, check(engine).verify(file, Depth.FULL));
    assertEquals(1, engine.opened());
    assertInstanceOf(Healthy.class, check(engine).verify(file, Depth.FULL));
    assertEquals(1, engine.opened());
    database("CREATE VIEW v AS SELECT a FROM t");
    assertInstanceOf(Healthy.class, check(engine).verify(file, Depth.FULL));
    assertEquals(2, engine.opened());
  }

  @Test
  void aSchemaThatSqliteCanNotReadIsNotKnown() throws Exception {
    Path file = database("CREATE TABLE t(a CHECK (a > 0))", "INSERT INTO t VALUES(1)");
    database(
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET sql = 'CREATE TABLE t(a CHECK (a > ))'");
    assertInstanceOf(CannotTell.class, check(engine).verify(file, Depth.FULL));
    assertEquals(Set.of(), schemas.hashes);
  }

  @Test
  void whatTheScanSuspectsSqliteJudges() throws Exception {
    Path file =
        database(
            "CREATE TABLE t(a, b)",
            NUMBERS + "INSERT INTO t SELECT i, -i FROM n",
            "CREATE INDEX i ON t(a)",
            "PRAGMA writable_schema=ON",
            "UPDATE sqlite_master SET sql = 'CREATE INDEX i ON t(b)' WHERE name = 'i'");
    FastCheck check = check(engine);
    assertInstanceOf(Damaged.class, check.verify(file, Depth.FULL));
    assertEquals("i", check.suspicions().get(0).object());
  }

  /** An index over an expression is SQLite's to check, which ends after a hundred lines. */
  @Test
  void constraintsThatAreBrokenHideNoDamage() throws Exception {
    Path file =
        database(
            "CREATE TABLE t(a, b)",
            "CREATE TABLE u(a, b)",
            NUMBERS + "INSERT INTO t SELECT NULL, i FROM n",
            NUMBERS + "INSERT INTO u SELECT NULL, i FROM n",
            "UPDATE u SET b = 301 WHERE b = 300",
            "CREATE INDEX e ON t(b + 1)",
            "CREATE INDEX f ON u(b + 1)",
            "CREATE TEMP TABLE root AS SELECT name, rootpage FROM sqlite_master",
            "PRAGMA writable_schema=ON",
            "UPDATE sqlite_master SET sql = replace(sql, '(a,', '(a NOT NULL,')",
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM root r WHERE r.name = 'f')"
                + " WHERE name = 'e'",
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM root r WHERE r.name = 'e')"
                + " WHERE name = 'f'");
    assertInstanceOf(Damaged.class, check(engine).verify(file, Depth.FULL));
  }

  @Test
  void theHashIsThatOfTheImage() throws Exception {
    Path file =
        database(
            "PRAGMA auto_vacuum=INCREMENTAL",
            "CREATE TABLE t(a, b)",
            NUMBERS + "INSERT INTO t SELECT i, zeroblob(i * 40) FROM n",
            "CREATE INDEX i ON t(a)",
            "DELETE FROM t WHERE a % 3 = 0");
    FastCheck check = check(engine);
    assertInstanceOf(Healthy.class, check.verify(file, Depth.FULL));
    assertEquals(hash(file), check.imageHash().orElseThrow());
    database("UPDATE t SET a = a + 1000");
    FastCheck changed = check(engine);
    assertInstanceOf(Healthy.class, changed.verify(file, Depth.FULL));
    assertEquals(hash(file), changed.imageHash().orElseThrow());
    assertNotEquals(check.imageHash(), changed.imageHash());
  }

  /** The last page is a leaf of the freelist: nobody misses its end. */
  @Test
  void whereTheLastPageIsCutTheHashIsLeftToWhoeverReadsTheFile() throws Exception {
    Path file =
        database(
            "CREATE TABLE t(a)",
            NUMBERS + "INSERT INTO t SELECT zeroblob(900) FROM n",
            "DELETE FROM t");
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(bytes.length() - 100);
    }
    FastCheck check = check(engine);
    assertInstanceOf(Healthy.class, check.verify(file, Depth.FULL));
    assertTrue(check.imageHash().isEmpty() || check.imageHash().get().equals(hash(file)));
  }

  /** Before 3.33 the check of a table is one of the whole database. */
  @Test
  void anOldDriverChecksEverythingOnce() throws Exception {
    Path file =
        database(
            "CREATE TABLE t(a)",
            "CREATE TABLE u(a)",
            "CREATE INDEX e ON t(a + 1)",
            "CREATE INDEX f ON u(a + 1)");
    CountingEngine old = new CountingEngine("3.32.3");
    assertInstanceOf(Healthy.class, check(old).verify(file, Depth.FULL));
    assertEquals(2, old.opened());
  }

  private static String hash(Path file) throws Exception {
    try (FileBytes bytes = new FileBytes(file)) {
      return ImageHash.of(bytes);
    }
  }

  /** SQLite's check of such an index reads all of the view, which has no end. */
  @Test
  void aTextIndexOverAViewIsNotLeftToSqlite() throws Exception {
    Path file =
        database(
            "CREATE TABLE docs(a)",
            "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                + " SELECT i AS docid, i AS rowid, 'word' AS a FROM n",
            "CREATE VIRTUAL TABLE f USING fts4(a, content='v')");
    assertInstanceOf(Healthy.class, check(engine).verify(file, Depth.FULL));
    engine.forget();
    assertInstanceOf(Healthy.class, check(engine).verify(file, Depth.FULL));
    assertEquals(0, engine.opened());
    database("CREATE VIRTUAL TABLE g USING fts4(a, content=\"DOCS\")");
    check(engine).verify(file, Depth.FULL);
    engine.forget();
    check(engine).verify(file, Depth.FULL);
    assertEquals(1, engine.opened());
  }
}
