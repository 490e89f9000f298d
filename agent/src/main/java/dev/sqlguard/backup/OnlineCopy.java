package dev.sqlguard.backup;

import dev.sqlguard.store.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * A copy of a database that is in use, through SQLite's backup API and the application's own
 * driver. Not VACUUM INTO: that hides index damage and renumbers rowids.
 */
public final class OnlineCopy {
  private final Disk disk;
  private final ApplicationDriver driver;

  public OnlineCopy(Disk disk, ApplicationDriver driver) {
    this.disk = disk;
    this.driver = driver;
  }

  /**
   * Copies the last committed state to {@code copy}, which must not exist. A read transaction spans
   * the copy: it is one state, and other processes' writers don't make it start again.
   *
   * @param busyMillis how long to wait for somebody else's lock
   */
  public void take(Path main, Path copy, int busyMillis) throws IOException, SQLException {
    disk.create(copy);
    try (LiveConnection db = driver.openLive(main)) {
      db.execute("PRAGMA busy_timeout=" + busyMillis);
      db.execute("BEGIN");
      db.firstRow("SELECT count(*) FROM sqlite_master", 1);
      db.copyTo(copy);
      db.execute("COMMIT");
    }
  }
}
