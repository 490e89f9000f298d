package dev.sqlguard.backup;

import dev.sqlguard.store.Disk;
import dev.sqlguard.verify.SqliteEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A copy of a database that is in use, through SQLite's backup API and the application's own
 * driver. Not VACUUM INTO: that hides index damage and renumbers rowids.
 */
public final class OnlineCopy {
  private final Disk disk;
  private final SqliteEngine engine;

  public OnlineCopy(Disk disk, SqliteEngine engine) {
    this.disk = disk;
    this.engine = engine;
  }

  /**
   * Copies the last committed state to {@code copy}, which must not exist. A read transaction spans
   * the copy: it is one state, and other processes' writers don't make it start again.
   *
   * @param busyMillis how long to wait for somebody else's lock
   */
  public void take(Path main, Path copy, int busyMillis) throws IOException, SQLException {
    disk.create(copy);
    try (Connection db = engine.open(main);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA busy_timeout=" + busyMillis);
      statement.execute("BEGIN");
      try (ResultSet row = statement.executeQuery("SELECT count(*) FROM sqlite_master")) {
        row.next();
      }
      statement.executeUpdate("backup to " + quoted(copy));
      statement.execute("COMMIT");
    }
  }

  /** The driver's own command, not SQL: it knows two kinds of quotes and no escape. */
  private static String quoted(Path path) throws IOException {
    String text = path.toString();
    if (text.indexOf('"') < 0) {
      return '"' + text + '"';
    }
    if (text.indexOf('\'') < 0) {
      return '\'' + text + '\'';
    }
    throw new IOException("both kinds of quotes in " + text);
  }
}
