package dev.sqlguard.backup;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The few things that the guard does with a live database, each through the application's own
 * driver. Errors of drivers without JDBC come as an {@link SQLException} with SQLite's result code.
 */
public interface LiveConnection extends AutoCloseable {
  /** Runs one statement; rows that it returns are left out. */
  void execute(String sql) throws SQLException;

  /** The first row's first columns as numbers; empty where the statement returns none. */
  Optional<long[]> firstRow(String sql, int columns) throws SQLException;

  /**
   * Copies the database through SQLite's backup API.
   *
   * @param copy exists and is empty
   * @throws java.sql.SQLFeatureNotSupportedException where the driver doesn't offer that
   */
  void copyTo(Path copy) throws SQLException;

  @Override
  void close() throws SQLException;
}
