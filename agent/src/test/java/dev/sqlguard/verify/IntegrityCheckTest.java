package dev.sqlguard.verify;

import static dev.sqlguard.verify.Scratch.execute;
import static dev.sqlguard.verify.Scratch.verdict;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SQLite's own check comes to, on images made here. */
class IntegrityCheckTest {
  @TempDir Path directory;

  private Path made(String... statements) throws Exception {
    Path file = directory.resolve("image.db");
    execute(file, statements);
    return file;
  }

  private static String fill(int rows) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        + rows
        + ") INSERT INTO t SELECT i, 'row ' || i || hex(randomblob(20)) FROM n";
  }

  @Test
  void rowsOfEveryTableAreCounted() throws Exception {
    Path image =
        made(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
            "CREATE TABLE \"odd \"\" name\"(x)",
            "CREATE TABLE w(k TEXT PRIMARY KEY) WITHOUT ROWID",
            fill(200),
            "INSERT INTO w VALUES ('a'), ('b')");
    Verdict.Healthy healthy = assertInstanceOf(Verdict.Healthy.class, verdict(image));
    assertEquals(Map.of("t", 200L, "odd \" name", 0L, "w", 2L), healthy.contents().rowsByTable());
  }

  @Test
  void anEmptyFileIsHealthyAndHoldsNothing() throws Exception {
    Path image = Files.createFile(directory.resolve("empty.db"));
    assertEquals(new Verdict.Healthy(new Contents(new TreeMap<>())), verdict(image));
  }

  @Test
  void aMissingFileCannotBeJudgedAndIsNotMade() {
    Path image = directory.resolve("missing.db");
    assertInstanceOf(Verdict.CannotTell.class, verdict(image));
    assertFalse(Files.exists(image));
  }

  @Test
  void randomBytesAreNoDatabase() throws Exception {
    byte[] random = new byte[20_000];
    new Random(3).nextBytes(random);
    Path image = Files.write(directory.resolve("random.db"), random);
    Verdict.CannotTell unknown = assertInstanceOf(Verdict.CannotTell.class, verdict(image));
    assertEquals(Verdict.Cause.NOT_A_DATABASE, unknown.cause());
  }

  @Test
  void brokenConstraintsAreData() throws Exception {
    Path image =
        made(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT CHECK (length(x) > 3))",
            "PRAGMA ignore_check_constraints=ON",
            "INSERT INTO t VALUES (1, 'a')");
    assertTrue(execute(image, "PRAGMA integrity_check").get(0).startsWith("CHECK"));
    assertInstanceOf(Verdict.Healthy.class, verdict(image));
  }

  /** Waits for no lock. */
  private static final class Impatient implements SqliteEngine {
    @Override
    public Connection open(Path file) throws SQLException {
      return DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=0");
    }

    @Override
    public String name() {
      return "this test";
    }
  }

  /** Plain pages, and not one statement that succeeds: with SQLITE_CORRUPT it would be damage. */
  @Test
  void aLockIsNoDamage() throws Exception {
    Path image = made("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", fill(200));
    IntegrityCheck check = new IntegrityCheck(new Impatient());
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + image);
        Statement statement = db.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");
      Verdict locked = check.verify(image, Verifier.Depth.FULL);
      Verdict.CannotTell unknown = assertInstanceOf(Verdict.CannotTell.class, locked);
      assertEquals(Verdict.Cause.MACHINE, unknown.cause());
    }
    assertInstanceOf(Verdict.Healthy.class, check.verify(image, Verifier.Depth.FULL));
  }

  @Test
  void aLogBesideTheImageIsFoldedIn() throws Exception {
    Path live = directory.resolve("live.db");
    Path image = directory.resolve("image.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + live);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
      statement.execute(fill(100));
      Files.copy(live, image);
      Files.copy(Path.of(live + "-wal"), Path.of(image + "-wal"));
    }
    Verdict.Healthy healthy = assertInstanceOf(Verdict.Healthy.class, verdict(image));
    assertEquals(100, healthy.contents().rows());
    Path log = Path.of(image + "-wal");
    assertTrue(!Files.exists(log) || Files.size(log) == 0);
    Files.deleteIfExists(log);
    assertEquals(List.of("100"), execute(image, "SELECT count(*) FROM t"));
  }

  @Test
  void aQuickCheckDoesNotLookIntoIndexes() throws Exception {
    Path image =
        made("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", "CREATE INDEX ix ON t(x)", fill(50));
    String root = execute(image, "SELECT rootpage FROM sqlite_master WHERE name = 'ix'").get(0);
    execute(image, "PRAGMA writable_schema=ON", "DELETE FROM sqlite_master WHERE name = 'ix'");
    execute(image, "UPDATE t SET x = 'other' WHERE id = 7");
    execute(
        image,
        "PRAGMA writable_schema=ON",
        "INSERT INTO sqlite_master VALUES ('index', 'ix', 't', "
            + root
            + ", 'CREATE INDEX ix ON t(x)')");
    assertInstanceOf(Verdict.Healthy.class, verdict(image, Verifier.Depth.QUICK));
    Verdict.Damaged damaged = assertInstanceOf(Verdict.Damaged.class, verdict(image));
    assertFalse(damaged.losesRows());
    assertEquals(50, damaged.readable().rows());
  }

  /** A text index is derived from its content: every row of it is still there. */
  @Test
  void aTextIndexThatDisagreesWithItsContentLosesNoRow() throws Exception {
    Path image =
        made(
            "CREATE VIRTUAL TABLE f USING fts5(x)",
            "INSERT INTO f VALUES ('one'), ('two'), ('three')",
            "UPDATE f_content SET c0 = 'other' WHERE id = 2");
    assertFalse(execute(image, "PRAGMA integrity_check").equals(List.of("ok")));
    Verdict.Damaged damaged = assertInstanceOf(Verdict.Damaged.class, verdict(image));
    assertFalse(damaged.losesRows(), damaged.findings().toString());
  }

  /** The application writes content and index one by one: that they differ is its business. */
  @Test
  void aTextIndexThatIsBehindContentElsewhereIsHealthy() throws Exception {
    Path image =
        made(
            "CREATE TABLE articles(content TEXT)",
            "CREATE VIRTUAL TABLE \"a.\nb\" USING fts4(content='articles', content)",
            "CREATE VIRTUAL TABLE newer USING fts5(content, content='articles')",
            "INSERT INTO articles VALUES ('one'), ('two')");
    assertFalse(execute(image, "PRAGMA integrity_check").equals(List.of("ok")));
    assertInstanceOf(Verdict.Healthy.class, verdict(image));
  }

  @Test
  void aTextIndexThatDisagreesWithItsOwnContentIsReported() throws Exception {
    Path image =
        made(
            "CREATE VIRTUAL TABLE f USING fts4(content)",
            "INSERT INTO f VALUES ('one'), ('two'), ('three')",
            "UPDATE f_content SET c0content = 'other' WHERE docid = 2");
    Verdict.Damaged damaged = assertInstanceOf(Verdict.Damaged.class, verdict(image));
    assertFalse(damaged.losesRows(), damaged.findings().toString());
  }

  /** What is said of the table comes after more than is kept of what is said of its index. */
  @Test
  void brokenPagesOfATableAreSeenBehindManyOfAnIndex() throws Exception {
    Path image =
        made(
            "PRAGMA page_size=512",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
            "CREATE INDEX ix ON t(x)",
            fill(20_000));
    for (int leaf : Scratch.leaves(image, "ix")) {
      byte[] page = Scratch.page(image, leaf);
      page[7]++;
      Scratch.putPage(image, leaf, page);
    }
    Verdict.Damaged index = assertInstanceOf(Verdict.Damaged.class, verdict(image));
    assertTrue(index.findings().size() >= 1000);
    assertFalse(index.losesRows());
    int leaf = Scratch.leaves(image, "t").get(7);
    byte[] page = Scratch.page(image, leaf);
    page[7]++;
    Scratch.putPage(image, leaf, page);
    Verdict.Damaged both = assertInstanceOf(Verdict.Damaged.class, verdict(image));
    assertTrue(both.losesRows());
  }
}
