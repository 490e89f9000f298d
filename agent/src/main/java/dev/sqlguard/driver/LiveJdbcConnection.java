package dev.sqlguard.driver;

import dev.sqlguard.backup.LiveConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** Through sqlite-jdbc in any of its versions. */
final class LiveJdbcConnection implements LiveConnection {
  private final Connection connection;

  LiveJdbcConnection(Connection connection) {
    this.connection = connection;
  }

  @Override
  public void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Not executeQuery: where 3.7.2 returns no row, it throws. */
  @Override
  public Optional<long[]> firstRow(String sql, int columns) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return Optional.empty();
      }
      try (ResultSet row = statement.getResultSet()) {
        if (!row.next()) {
          return Optional.empty();
        }
        long[] numbers = new long[columns];
        for (int i = 0; i < columns; i++) {
          numbers[i] = row.getLong(i + 1);
        }
        return Optional.of(numbers);
      }
    }
  }

  @Override
  public void copyTo(Path copy) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("backup to " + quoted(copy));
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** The driver's own command, not SQL: it knows two kinds of quotes and no escape. */
  private static String quoted(Path path) throws SQLException {
    String text = path.toString();
    if (text.indexOf('"') < 0) {
      return '"' + text + '"';
    }
    if (text.indexOf('\'') < 0) {
      return '\'' + text + '\'';
    }
    throw new SQLException("both kinds of quotes in " + text);
  }
}
