package dev.sqlguard.verify;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** A copy of SQLite that opens private copies for the guard. */
public interface SqliteEngine {
  /**
   * Opens an existing file for reading and writing; never creates one.
   *
   * <p>Its schema may have expressions and views without end, so the time of the connection is
   * limited, as far as the driver can be interrupted. When it is up, what SQLite is at may end in
   * any way: {@link #requireTime} tells it from an answer.
   */
  Connection open(Path file) throws SQLException;

  /**
   * Tells whether an answer or an error of SQLite, just received, means anything. An interrupted
   * FTS4 index calls itself corrupt, for example.
   *
   * @param db of an engine's {@link #open}
   * @throws SQLException where its time is up: such a connection gives no statement any more
   */
  static void requireTime(Connection db) throws SQLException {
    db.createStatement().close();
  }

  /** For people: which SQLite this is. */
  String name();

  /** What {@code sqlite_version()} says; empty until this has opened a file, or where unknown. */
  default Optional<String> version() {
    return Optional.empty();
  }
}
