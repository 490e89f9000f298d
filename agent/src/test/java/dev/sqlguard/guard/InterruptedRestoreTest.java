package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.core.DB;

/**
 * A restore dies before each of its file operations in turn; then comes an open that is not to be
 * backed up. It has to find the whole old database or the whole new one all the same.
 */
class InterruptedRestoreTest {
  /** Opens that get no backup. */
  enum Open {
    READ_ONLY,
    UNCHECKED,
    UNCHECKED_READ_ONLY,
    WITHOUT_LOCKS,
    THROUGH_A_LINK_WITH_SIDE_FILES
  }

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void isSettledByEveryOpen(Open how) throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = damagedWithAWal("stop-" + stop);
      byte[] damaged = Files.readAllBytes(db);
      byte[] wal = Files.readAllBytes(CrashTest.beside(db, "-wal"));
      boolean stopped = CrashTest.startAndStop(db, stop);
      open(db, how);
      if (java.util.Arrays.equals(damaged, Files.readAllBytes(db))) {
        assertArrayEquals(wal, Files.readAllBytes(CrashTest.beside(db, "-wal")), "stop " + stop);
      } else {
        assertEquals(CrashTest.ROWS, CrashTest.rows(db), "stop " + stop);
        assertArrayEquals(damaged, Files.readAllBytes(CrashTest.beside(db, ".corrupt")));
        assertArrayEquals(wal, Files.readAllBytes(CrashTest.beside(db, ".corrupt-wal")));
      }
      assertEquals(1, (Integer) Files.getAttribute(db, "unix:nlink"), "stop " + stop);
      if (!stopped) {
        return;
      }
    }
  }

  private Path damagedWithAWal(String name) throws Exception {
    Path db = Files.createDirectory(directory.resolve(name)).resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
    CrashTest.leaveWal(db);
    return db;
  }

  private static void open(Path db, Open how) throws IOException {
    Settings.Check check =
        how == Open.UNCHECKED || how == Open.UNCHECKED_READ_ONLY
            ? Settings.Check.OFF
            : Settings.Check.FULL;
    boolean readOnly = how == Open.READ_ONLY || how == Open.UNCHECKED_READ_ONLY;
    boolean plainName = how != Open.THROUGH_A_LINK_WITH_SIDE_FILES;
    Path given = db;
    if (!plainName) {
      given = Files.createSymbolicLink(db.resolveSibling("link.db"), db);
      Files.createFile(CrashTest.beside(given, "-wal"));
    }
    Target target = new Target(given, db, readOnly, how != Open.WITHOUT_LOCKS, plainName);
    CrashTest.guard(check, new Disk())
        .beforeFirstOpen(target, new JdbcDriver(DB.class, () -> true));
  }
}
