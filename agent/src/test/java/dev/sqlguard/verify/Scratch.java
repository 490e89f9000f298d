package dev.sqlguard.verify;

import dev.sqlguard.driver.JdbcDriver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Images made, damaged and judged by the tests of this package. */
final class Scratch {
  private Scratch() {}

  static Verdict verdict(Path image, Verifier.Depth depth) {
    return new IntegrityCheck(new JdbcDriver(org.sqlite.core.DB.class, () -> true))
        .verify(image, depth);
  }

  static Verdict verdict(Path image) {
    return verdict(image, Verifier.Depth.FULL);
  }

  /** First column of all rows. */
  static List<String> execute(Path file, String... statements) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String text : statements) {
        if (statement.execute(text)) {
          try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
              found.add(rows.getString(1));
            }
          }
        }
      }
    }
    return found;
  }

  /** {@code INSERT INTO target} with two columns: the numbers, and a text for each. */
  static String fill(String target, int from, int to) {
    return "WITH RECURSIVE n(i) AS (SELECT "
        + from
        + " UNION ALL SELECT i + 1 FROM n WHERE i < "
        + to
        + ") INSERT INTO "
        + target
        + " SELECT i, 'row ' || i || hex(randomblob(40)) FROM n";
  }

  static int root(Path file, String name) throws SQLException {
    String query = "SELECT rootpage FROM sqlite_master WHERE name = '" + name + "'";
    return Integer.parseInt(execute(file, query).get(0));
  }

  /** The leaf pages of a table or index in the order of its keys. */
  static List<Integer> leaves(Path file, String name) throws SQLException {
    List<Integer> pages = new ArrayList<>();
    for (String page :
        execute(
            file,
            "SELECT pageno FROM dbstat WHERE name = '"
                + name
                + "' AND pagetype = 'leaf' ORDER BY path")) {
      pages.add(Integer.parseInt(page));
    }
    return pages;
  }

  static byte[] page(Path file, int number) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      byte[] page = new byte[pageSize(bytes)];
      bytes.seek((number - 1L) * page.length);
      bytes.readFully(page);
      return page;
    }
  }

  static void putPage(Path file, int number, byte[] page) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek((number - 1L) * page.length);
      bytes.write(page);
    }
  }

  /**
   * @return how many cells the page had
   */
  static int zeroPage(Path file, int number) throws IOException {
    byte[] page = page(file, number);
    putPage(file, number, new byte[page.length]);
    return (page[3] & 0xff) << 8 | page[4] & 0xff;
  }

  private static int pageSize(RandomAccessFile bytes) throws IOException {
    bytes.seek(16);
    int size = bytes.readUnsignedShort();
    return size == 1 ? 65536 : size;
  }
}
