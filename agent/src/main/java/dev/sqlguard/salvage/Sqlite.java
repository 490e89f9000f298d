package dev.sqlguard.salvage;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** The SQLite that reads schemas and fills the indexes of what was salvaged. */
@FunctionalInterface
public interface Sqlite {
  /** Opens an existing file for reading and writing; never creates one. */
  Connection open(Path file) throws SQLException;
}
