package dev.sqlguard.repair;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A WAL with committed transactions behind a broken frame. SQLite ends at that frame and calls the
 * rest healthy, and the next commit or checkpoint overwrites what stands behind it: so database and
 * log are kept before that. They are not put back: after a power loss the rest of a transaction
 * that was never committed looks the same.
 */
public final class BrokenLog {
  private static final String KIND = "broken-log";
  private static final String ID = "id";
  private static final int MOST_REMEMBERED = 8;

  private final StateFile state;
  private final OrphanedLog copies;
  private final Disk disk;

  /**
   * @param copies makes the copy
   */
  public BrokenLog(StateFile state, OrphanedLog copies, Disk disk) {
    this.state = state;
    this.copies = copies;
    this.disk = disk;
  }

  /**
   * Keeps the database and its log, unless that was done before.
   *
   * @param commits which transactions it is about
   */
  public Optional<OrphanedLog.Kept> keep(String commits) throws IOException {
    List<StateLine> before = state.lines(KIND);
    StateLine wanted = StateLine.of(KIND, ID, commits);
    if (before.contains(wanted)) {
      return Optional.empty();
    }
    int forgotten = Math.max(0, before.size() + 1 - MOST_REMEMBERED);
    List<StateLine> next = new ArrayList<>(before.subList(forgotten, before.size()));
    next.add(wanted);
    OrphanedLog.Kept kept = copies.keep();
    // A crash in between keeps it twice.
    state.put(KIND, next);
    state.save(disk);
    return Optional.of(kept);
  }
}
