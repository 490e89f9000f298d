package dev.sqlguard.guard;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A small database with everything that a page can be: several levels of a table, an index, a table
 * without rowids, a row with overflow pages. And the ways in which it comes to harm.
 */
final class SampleDatabase {
  private static final int PAGE = 1024;
  private static final int WAL_HEADER = 32;
  private static final int FRAME_HEADER = 24;

  private final Path file;

  SampleDatabase(Path file) {
    this.file = file;
  }

  /** With 60 persons. */
  SampleDatabase create() throws SQLException {
    execute(
        "PRAGMA page_size=" + PAGE,
        "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, note TEXT)",
        "CREATE INDEX person_name ON person(name)",
        "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
        "INSERT INTO setting VALUES ('a', '1'), ('b', '2'), ('c', hex(zeroblob(50)))",
        "INSERT INTO person VALUES (7, 'long', replace(hex(zeroblob(2500)), '00', 'ab'))");
    return addPersons(60);
  }

  SampleDatabase addPersons(int count) throws SQLException {
    execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + count
            + ") INSERT INTO person(name, note) SELECT 'person ' || i, hex(i * i * 7919) ||"
            + " hex(zeroblob(30)) FROM n");
    return this;
  }

  /** So that its content is none that it had before. */
  SampleDatabase change(String what) throws SQLException {
    execute("INSERT INTO person(name, note) VALUES ('change', '" + what + "')");
    return this;
  }

  SampleDatabase execute(String... statements) throws SQLException {
    try (Connection db = open(file);
        Statement statement = db.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
    return this;
  }

  /** Rows are destroyed; the index still has their names. */
  SampleDatabase loseALeaf() throws Exception {
    int page = page("SELECT pageno FROM dbstat WHERE name = 'person' AND pagetype = 'leaf'", 2);
    write((page - 1L) * PAGE, new byte[PAGE]);
    return this;
  }

  /** All else is there, so that nothing is missed but what says that it is a database. */
  SampleDatabase destroyTheHeader() throws Exception {
    write(0, new byte[100]);
    return this;
  }

  /** A table without an index loses its rows: their pages look leaked. */
  SampleDatabase emptyARoot() throws Exception {
    execute(
        "CREATE TABLE log(line TEXT)",
        "INSERT INTO log SELECT note || hex(zeroblob(100)) FROM person");
    int root = page("SELECT rootpage FROM sqlite_master WHERE name = 'log'", 0);
    byte[] empty = new byte[PAGE];
    System.arraycopy(new byte[] {0x0d, 0, 0, 0, 0, PAGE >> 8, 0, 0}, 0, empty, 0, 8);
    write((root - 1L) * PAGE, empty);
    return this;
  }

  /** Nothing tells the names of the tables any more. */
  SampleDatabase destroyTheSchema() throws Exception {
    write(0, new byte[PAGE]);
    return this;
  }

  /** The long row's chain of overflow pages leads nowhere: that row can't be trusted. */
  SampleDatabase cutTheLongRow() throws Exception {
    int page = page("SELECT min(pageno) FROM dbstat WHERE pagetype = 'overflow'", 0);
    write((page - 1L) * PAGE, new byte[] {0x7f, -1, -1, -16});
    return this;
  }

  /** No row is lost: the freelist is wrong. */
  SampleDatabase miscountFreePages() throws Exception {
    execute("CREATE TABLE gone AS SELECT * FROM person", "DROP TABLE gone");
    write(36, new byte[] {0, 0, 0, 1});
    return this;
  }

  /** No row is lost: one has no entry in the index. */
  SampleDatabase forgetAnIndexEntry() throws Exception {
    int leaf =
        page("SELECT max(pageno) FROM dbstat WHERE name = 'person_name' AND pagetype = 'leaf'", 0);
    byte[] before = read((leaf - 1L) * PAGE, PAGE);
    execute("INSERT INTO person(name, note) VALUES ('person 60a', 'without entry')");
    byte[] after = read((leaf - 1L) * PAGE, PAGE);
    if (java.util.Arrays.equals(before, after)) {
      throw new AssertionError("the entry is on another page");
    }
    write((leaf - 1L) * PAGE, before);
    return this;
  }

  /** A committed change in a WAL, as a killed process leaves it. */
  SampleDatabase leaveWal() throws Exception {
    return leave("-wal", "PRAGMA journal_mode=WAL", "UPDATE person SET note = 'WAL' WHERE id = 60");
  }

  /** Five committed changes in a WAL, of which a broken frame hides the last three. */
  SampleDatabase leaveBrokenLog() throws Exception {
    String[] statements = new String[6];
    statements[0] = "PRAGMA journal_mode=WAL";
    for (int i = 1; i < statements.length; i++) {
      statements[i] = "UPDATE person SET note = 'commit " + i + "' WHERE id = 60";
    }
    leave("-wal", statements);
    Path wal = Path.of(file + "-wal");
    byte[] log = Files.readAllBytes(wal);
    log[WAL_HEADER + 2 * (FRAME_HEADER + PAGE) + FRAME_HEADER]++;
    Files.write(wal, log);
    return this;
  }

  /** The WAL of another database lies beside it, which SQLite would fold in. */
  SampleDatabase leaveForeignLog() throws Exception {
    Path other = file.resolveSibling("other.db");
    SampleDatabase foreign = new SampleDatabase(other);
    foreign.execute(
        "PRAGMA page_size=" + PAGE,
        "CREATE TABLE other(a, b)",
        "CREATE INDEX other_b ON other(b)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)"
            + " INSERT INTO other SELECT i, hex(zeroblob(90)) || i FROM n");
    foreign.leave(
        "-wal",
        "PRAGMA journal_mode=WAL",
        "CREATE TABLE late(x)",
        "UPDATE other SET b = 'x' || b WHERE a % 20 = 0");
    Files.copy(Path.of(other + "-wal"), Path.of(file + "-wal"));
    for (String end : new String[] {"", "-wal", "-shm"}) {
      Files.deleteIfExists(Path.of(other + end));
    }
    return this;
  }

  /** Half a transaction in the main file, and the journal that takes it back. */
  SampleDatabase leaveHotJournal() throws Exception {
    return leave(
        "-journal",
        "PRAGMA cache_size=2",
        "BEGIN",
        "UPDATE person SET note = 'uncommitted ' || id || hex(zeroblob(25)) WHERE id > 40");
  }

  private SampleDatabase leave(String side, String... statements) throws Exception {
    Path copy = file.resolveSibling("elsewhere.db");
    Files.copy(file, copy);
    try (Connection db = open(copy);
        Statement statement = db.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
      Files.copy(copy, file, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(Path.of(copy + side), Path.of(file + side));
    }
    for (String end : new String[] {"", "-wal", "-shm", "-journal"}) {
      Files.deleteIfExists(Path.of(copy + end));
    }
    return this;
  }

  private int page(String query, int skipped) throws SQLException {
    try (Connection db = open(file);
        Statement statement = db.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      for (int i = 0; i <= skipped; i++) {
        row.next();
      }
      return row.getInt(1);
    }
  }

  private byte[] read(long at, int length) throws IOException {
    byte[] bytes = new byte[length];
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(at);
      in.readFully(bytes);
    }
    return bytes;
  }

  private void write(long at, byte[] bytes) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(at);
      out.write(bytes);
    }
  }

  private static Connection open(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }
}
