package dev.sqlguard.demo.notebook;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** The notebook's SQLite file in WAL mode, behind a connection pool. */
public final class Database implements AutoCloseable {

  private static final int CONNECTIONS = 4;

  private final HikariDataSource pool;

  private Database(HikariDataSource pool) {
    this.pool = pool;
  }

  /** Opens the file, creating it and its tables if need be. */
  public static Database open(Path file) throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:sqlite:" + file);
    config.setMaximumPoolSize(CONNECTIONS);
    config.addDataSourceProperty("journal_mode", "WAL");
    config.addDataSourceProperty("synchronous", "NORMAL");
    config.addDataSourceProperty("foreign_keys", "true");
    config.addDataSourceProperty("busy_timeout", "10000");
    config.addDataSourceProperty("transaction_mode", "IMMEDIATE");
    Database database = new Database(new HikariDataSource(config));
    try (Connection connection = database.connection()) {
      Schema.createIn(connection);
    } catch (SQLException e) {
      database.close();
      throw e;
    }
    return database;
  }

  Connection connection() throws SQLException {
    return pool.getConnection();
  }

  /** Runs the work in one transaction, which is rolled back if the work fails. */
  <T> T inTransaction(Work<T> work) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  /** Something to do on a connection. */
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }
}
