package dev.sqlguard.salvage;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** The SQLite that reads schemas and fills the indexes of what was salvaged. */
@FunctionalInterface
public interface Sqlite {
  /** The bits of a result code that don't say more precisely what another one says. */
  int PRIMARY_CODE = 0xff;

  /**
   * Opens an existing file for reading and writing; never creates one. The time of the connection
   * may be limited. When it is up, what SQLite is at may end in any way: see {@link #isOutOfTime}.
   */
  Connection open(Path file) throws SQLException;

  /**
   * Whether the time of a connection is up, so that the last answer or error means nothing. Such a
   * connection gives no statement any more.
   */
  static boolean isOutOfTime(Connection db) {
    try {
      db.createStatement().close();
      return false;
    } catch (SQLException e) {
      return isOutOfTime(e);
    }
  }

  /** Whether it is SQLITE_INTERRUPT. */
  static boolean isOutOfTime(SQLException e) {
    return (e.getErrorCode() & PRIMARY_CODE) == 9;
  }

  /**
   * Nothing may be concluded from an error that says nothing of the file: SQLITE_NOMEM, READONLY,
   * INTERRUPT, IOERR, FULL, CANTOPEN.
   *
   * @throws IOException in place of such an error
   */
  static void requireAboutContent(SQLException e) throws IOException {
    switch (e.getErrorCode() & PRIMARY_CODE) {
      case 7, 8, 9, 10, 13, 14 -> throw new IOException(e.getMessage(), e);
      default -> {
        // SQLite has read the file, and doesn't like what is in it.
      }
    }
  }
}
