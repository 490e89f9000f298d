package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A copy of a database nobody has open, to look into without touching the original: opening an
 * SQLite file can already fold its write-ahead log and create files beside it.
 */
final class PrivateCopy implements AutoCloseable {

  private final Path directory;
  private final Connection connection;

  private PrivateCopy(Path directory, Connection connection) {
    this.directory = directory;
    this.connection = connection;
  }

  /** Copies the database file together with its write-ahead log, if there is one. */
  static PrivateCopy of(Path database) throws IOException, SQLException {
    Path log = DatabaseFiles.logOf(database);
    return Files.exists(log) ? open(database, log) : open(database);
  }

  /** Copies the database file without its write-ahead log. */
  static PrivateCopy withoutLog(Path database) throws IOException, SQLException {
    return open(database);
  }

  Integrity integrity() {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA integrity_check")) {
      return Integrity.of(rows.next() ? rows.getString(1) : "no answer");
    } catch (SQLException e) {
      return new Integrity(false, e.getMessage());
    }
  }

  RowCounts rowCounts() throws SQLException {
    Map<String, Long> counts = new HashMap<>();
    for (String table : tables()) {
      counts.put(table, number("SELECT count(*) FROM \"" + table + '"'));
    }
    return new RowCounts(counts);
  }

  /** The numbers of the pages that hold the rows of a table. */
  List<Integer> leafPages(String table) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno")) {
      statement.setString(1, table);
      List<Integer> pages = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          pages.add(rows.getInt(1));
        }
      }
      return pages;
    }
  }

  int pageSize() throws SQLException {
    return (int) number("PRAGMA page_size");
  }

  @Override
  public void close() throws IOException, SQLException {
    connection.close();
    FileTree.delete(directory);
  }

  private static PrivateCopy open(Path... files) throws IOException, SQLException {
    Path directory = Files.createTempDirectory("sqlguard-tour-copy-");
    try {
      for (Path file : files) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
      Path copy = directory.resolve(files[0].getFileName());
      return new PrivateCopy(directory, DriverManager.getConnection("jdbc:sqlite:" + copy));
    } catch (IOException | SQLException e) {
      FileTree.delete(directory);
      throw e;
    }
  }

  private List<String> tables() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%'"
                    + " ESCAPE '!'")) {
      List<String> tables = new ArrayList<>();
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
      return tables;
    }
  }

  private long number(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
