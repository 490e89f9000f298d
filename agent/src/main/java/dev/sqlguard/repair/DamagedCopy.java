package dev.sqlguard.repair;

import dev.sqlguard.backup.Snapshot;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A private copy of the damaged files as they are, bytes that no SQLite has looked at. The copies
 * that were judged won't do: checking one folds a log into it, or stands in for its header.
 */
public final class DamagedCopy {
  private final Path main;
  private final Path copy;
  private final Snapshot snapshot;
  private final Disk disk;

  /**
   * @param copy where it stands; a name that nobody else uses
   */
  public DamagedCopy(Path main, Path copy, Snapshot snapshot, Disk disk) {
    this.main = main;
    this.copy = copy;
    this.snapshot = snapshot;
    this.disk = disk;
  }

  /**
   * Takes it, anew where there is one. Its name is on disk before anything else of a repair is
   * made: whatever a crash leaves of that is looked for only where this is.
   *
   * @throws IOException where that isn't possible now. It was a moment ago, so it may be again: no
   *     reason for taking an older state instead
   */
  Path take() throws IOException {
    snapshot.discard(copy);
    Snapshot.Result result = snapshot.take(main, copy);
    if (result instanceof Snapshot.Result.Taken) {
      disk.syncDirectory(copy.toAbsolutePath().getParent());
      return copy;
    }
    String reason =
        result instanceof Snapshot.Result.InUse inUse
            ? inUse.reason()
            : ((Snapshot.Result.Failed) result).reason();
    throw new IOException("no copy of it can be taken now: " + reason);
  }

  Disk disk() {
    return disk;
  }

  /** Deletes a database of ours and what SQLite put beside it. */
  void discard(Path file) throws IOException {
    for (Path side : SideFiles.of(file).all()) {
      disk.delete(side);
    }
    disk.delete(file);
  }
}
