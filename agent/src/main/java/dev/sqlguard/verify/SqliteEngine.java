package dev.sqlguard.verify;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** A copy of SQLite that opens files for the guard. */
public interface SqliteEngine {
  /** Opens an existing file for reading and writing; never creates one. */
  Connection open(Path file) throws SQLException;

  /**
   * Whether this may open a file that the application has open. Only the application's own driver
   * may, and only where it is the one copy of SQLite in this JVM: a second copy's close releases
   * the first one's locks.
   */
  boolean mayOpenLiveFiles();

  /** For people: which SQLite this is. */
  String name();
}
