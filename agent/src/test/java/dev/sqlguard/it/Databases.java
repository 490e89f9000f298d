package dev.sqlguard.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Databases made, damaged and looked at by the tests, in the test's own JVM. */
public final class Databases {
  private Databases() {}

  /** A table t(id, x) with an index and {@code rows} rows, in rollback mode. */
  public static void create(Path file, int rows) throws SQLException {
    execute(file, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", "CREATE INDEX ix ON t(x)");
    addRows(file, rows);
  }

  public static void addRows(Path file, int rows) throws SQLException {
    execute(
        file,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + rows
            + ") INSERT INTO t(x) SELECT 'row ' || i || ' ' || hex(randomblob(40)) FROM n");
  }

  public static void execute(Path file, String... statements) throws SQLException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  /** First column of all rows, read from a private copy so that nothing beside it changes. */
  public static List<String> query(Path file, String query) throws Exception {
    Path copy = Files.createTempDirectory("sqlguard-look-").resolve("copy.db");
    Files.copy(file, copy);
    Path wal = Path.of(file + "-wal");
    if (Files.exists(wal)) {
      Files.copy(wal, Path.of(copy + "-wal"));
    }
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = db.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    } finally {
      for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
        Files.deleteIfExists(Path.of(copy + suffix));
      }
      Files.deleteIfExists(copy.getParent());
    }
  }

  public static int rows(Path file) throws Exception {
    return Integer.parseInt(query(file, "SELECT count(*) FROM t NOT INDEXED").get(0));
  }

  /** False also where SQLite gives up in the middle. */
  public static boolean isIntact(Path file) throws Exception {
    try {
      return query(file, "PRAGMA integrity_check").equals(List.of("ok"));
    } catch (SQLException e) {
      return false;
    }
  }

  /** The numbers of the leaf pages of a table, found by SQLite itself. */
  public static List<Integer> leaves(Path file, String table) throws Exception {
    List<Integer> pages = new ArrayList<>();
    for (String page :
        query(
            file,
            "SELECT pageno FROM dbstat WHERE name = '"
                + table
                + "' AND pagetype = 'leaf' ORDER BY pageno")) {
      pages.add(Integer.parseInt(page));
    }
    return pages;
  }

  /** Zeroes {@code count} leaf pages of a table, from the middle of the file on. */
  public static void damage(Path file, String table, int count) throws Exception {
    List<Integer> leaves = leaves(file, table);
    int pageSize = Integer.parseInt(query(file, "PRAGMA page_size").get(0));
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      for (int i = 0; i < count; i++) {
        long page = leaves.get(leaves.size() / 2 + i);
        bytes.seek((page - 1) * pageSize);
        bytes.write(new byte[pageSize]);
      }
    }
  }

  /** Nothing tells the names of the tables any more: without a backup nothing can replace it. */
  public static void damageBeyondRepair(Path file) throws Exception {
    Images.zeroPage(file, 1);
  }

  public static void overwrite(Path file, long position, byte[] bytes) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(position);
      out.write(bytes);
    }
  }

  public static Path beside(Path file, String suffix) {
    return Path.of(file + suffix);
  }

  /** The names in a directory that begin with the database's, sorted, without the state file. */
  public static List<String> filesOf(Path file) throws IOException {
    String name = file.getFileName().toString();
    try (var files = Files.list(file.getParent())) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(found -> found.startsWith(name) && !found.equals(name + ".sqlguard"))
          .sorted()
          .toList();
    }
  }
}
