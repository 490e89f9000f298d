package dev.sqlguard.verify;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** A copy of SQLite that opens private copies for the guard. */
public interface SqliteEngine {
  /** Opens an existing file for reading and writing; never creates one. */
  Connection open(Path file) throws SQLException;

  /** For people: which SQLite this is. */
  String name();

  /** What {@code sqlite_version()} says; empty until this has opened a file, or where unknown. */
  default Optional<String> version() {
    return Optional.empty();
  }
}
