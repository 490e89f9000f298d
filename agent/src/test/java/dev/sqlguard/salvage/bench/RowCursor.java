package dev.sqlguard.salvage.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.Codes;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/**
 * The rows of a query with storage classes and bytes exactly as stored, which JDBC's getters don't
 * give: {@code getString} can't carry invalid UTF-8, and {@code getObject} asks for a copy per
 * value.
 */
final class RowCursor implements AutoCloseable {
  static final int INTEGER = Codes.SQLITE_INTEGER;
  static final int REAL = Codes.SQLITE_FLOAT;
  static final int TEXT = Codes.SQLITE_TEXT;
  static final int BLOB = Codes.SQLITE_BLOB;
  static final int NULL = Codes.SQLITE_NULL;

  private static final byte[] EMPTY = {};

  private final Statement statement;
  private final ResultSet rows;
  private final DB sqlite;
  private final long pointer;
  private final int columns;

  RowCursor(Connection db, String query) throws SQLException {
    statement = db.createStatement();
    try {
      rows = statement.executeQuery(query);
      sqlite = db.unwrap(SQLiteConnection.class).getDatabase();
      pointer = ((CoreStatement) statement).pointer.safeRunLong((d, p) -> p);
      columns = sqlite.column_count(pointer);
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  /** A connection that can neither change the file nor looks at side files. */
  static Connection open(Path file) throws SQLException {
    String escaped = file.toAbsolutePath().toString().replace("%", "%25").replace("#", "%23");
    return DriverManager.getConnection(
        "jdbc:sqlite:file:" + escaped.replace("?", "%3f") + "?mode=ro&immutable=1");
  }

  boolean next() throws SQLException {
    return rows.next();
  }

  int columns() {
    return columns;
  }

  /** The storage class of a value; columns count from 0. */
  int type(int column) throws SQLException {
    return sqlite.column_type(pointer, column);
  }

  long integer(int column) throws SQLException {
    return sqlite.column_long(pointer, column);
  }

  double real(int column) throws SQLException {
    return sqlite.column_double(pointer, column);
  }

  /** A BLOB, or a text in the encoding of the database. */
  byte[] bytes(int column) throws SQLException {
    byte[] bytes = sqlite.column_blob(pointer, column);
    return bytes == null ? EMPTY : bytes;
  }

  @Override
  public void close() throws SQLException {
    rows.close();
    statement.close();
  }
}
