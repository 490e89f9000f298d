package dev.sqlguard.backup;

import dev.sqlguard.verify.SqliteEngine;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What the application opens a database with: its own driver and, where the file is encrypted, its
 * own key. As a {@link SqliteEngine} it judges private copies; a driver without JDBC has the newest
 * SQLite do that.
 */
public interface ApplicationDriver extends SqliteEngine {
  /** Opens a file that the application itself has open, or may come to open. Never creates one. */
  LiveConnection openLive(Path file) throws SQLException;

  /**
   * Whether this may open a file that the application has open. Only the application's own driver
   * may, and only where it is the one copy of SQLite in this JVM: a second copy's close releases
   * the first one's locks.
   */
  boolean mayOpenLiveFiles();

  /**
   * Its version, for which its classes may have to be asked: only once the application has opened a
   * file through them, since that loads its library.
   */
  default Optional<String> versionOnceOpened() {
    return version();
  }

  /** Whether the application gave a key, right or wrong: "not a database" proves nothing then. */
  boolean isKeyed();

  /** Whether {@code other} would read the same files: of the same copy, with the same key. */
  boolean opensLike(ApplicationDriver other);

  /** The same object for all that open through one loaded copy of a driver. */
  Object loadedCopy();
}
