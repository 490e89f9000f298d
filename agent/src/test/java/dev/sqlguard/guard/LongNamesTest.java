package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database has a name that leaves no room for those of the guard's files. */
class LongNamesTest {
  /** A longer one leaves no room for SQLite's own journal. */
  private static final int MOST = 247;

  @TempDir Path directory;

  private final List<String> lines = new ArrayList<>();

  private Path database(int length) throws Exception {
    Path db = directory.toRealPath().resolve("n".repeat(length - 3) + ".db");
    Path made = directory.resolve("made");
    new SampleDatabase(made).create();
    return Files.move(made, db);
  }

  private Outcome start(Path db) {
    lines.clear();
    Log log = new Log(Log.Level.OFF, Optional.empty());
    log.listen((warning, line) -> lines.add(line));
    Guard guard = new Guard(CrashTest.settings(Optional.empty()), log, new Disk(), Optional::empty);
    Target target = new Target(db, db, false, true, true);
    return guard.beforeFirstOpen(
        target, new WatchedDriver(new StoppingSyscalls(Integer.MAX_VALUE)));
  }

  /** One line says which of both it is, never an error of the file system's. */
  @Test
  void itIsBackedUpOrSaidToBeTooLong() throws Exception {
    int backedUp = 0;
    for (int length = 215; length <= MOST; length++) {
      Path db = database(length);
      assertTrue(start(db).foldAtExit(), "" + lines);
      assertEquals(1, lines.size(), "" + lines);
      boolean isBackedUp = Files.exists(CrashTest.beside(db, ".bak"));
      String tooLong = ": healthy, but not backed up: its name is too long for files beside it";
      assertTrue(isBackedUp || lines.get(0).endsWith(tooLong), length + ": " + lines);
      assertTrue(!isBackedUp || lines.get(0).contains("backed up to "), length + ": " + lines);
      backedUp += isBackedUp ? 1 : 0;
    }
    assertEquals(8, backedUp, "up to 222 bytes");
  }

  @Test
  void itsDamageIsReportedAllTheSame() throws Exception {
    for (int length : new int[] {223, 240, MOST}) {
      Path db = database(length);
      new SampleDatabase(db).loseALeaf();
      byte[] before = Files.readAllBytes(db);
      start(db);
      assertEquals(1, lines.size(), "" + lines);
      assertTrue(lines.get(0).contains("DAMAGED"), "" + lines);
      assertTrue(lines.get(0).contains("because its name is too long"), "" + lines);
      assertArrayEquals(before, Files.readAllBytes(db));
    }
  }
}
