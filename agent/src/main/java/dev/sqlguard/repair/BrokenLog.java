package dev.sqlguard.repair;

import dev.sqlguard.backup.Origin;
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

  /** Each is as large as the database and its log, and nothing may delete them. */
  private static final int MOST_KEPT = 8;

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

  /** Whether these transactions were kept before. */
  public boolean isKept(String commits) {
    return state.lines(KIND).contains(StateLine.of(KIND, ID, commits));
  }

  /**
   * Keeps the database and its log.
   *
   * @param commits which transactions it is about
   * @param origin what was examined; where that has changed since, the copy isn't taken for one of
   *     these transactions
   * @throws IOException where that can't be done, or too many such copies wait to be looked at
   */
  public OrphanedLog.Kept keep(String commits, Optional<Origin> origin) throws IOException {
    int waiting = copies.onlyCarriers();
    if (waiting >= MOST_KEPT) {
      throw new IOException(waiting + " such copies are kept already; move them away");
    }
    OrphanedLog.Kept kept = copies.keep();
    if (origin.isPresent() && origin.get().isUnchanged()) {
      List<StateLine> lines = new ArrayList<>(state.lines(KIND));
      lines.add(StateLine.of(KIND, ID, commits));
      int forgotten = Math.max(0, lines.size() - MOST_REMEMBERED);
      // A crash in between keeps it twice.
      state.put(KIND, new ArrayList<>(lines.subList(forgotten, lines.size())));
      state.save(disk);
    }
    return kept;
  }
}
