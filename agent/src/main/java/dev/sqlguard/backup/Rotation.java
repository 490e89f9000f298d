package dev.sqlguard.backup;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.Contents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Turns a verified private copy into the newest backup.
 *
 * <p>The order is the point. The copy is complete and on disk, and the state file knows it, before
 * any older backup moves; each move is one rename, and on disk before the next: no file system
 * promises to keep their order. A crash at any point leaves every good backup under some name, and
 * {@link #settle} finishes.
 */
public final class Rotation {
  /** What became of a copy. */
  public sealed interface Result {
    /** It is the newest backup. */
    record Placed(Path file, long size) implements Result {}

    /** The newest backup holds the same already; the copy is gone. */
    record Unchanged(Path file) implements Result {}

    /**
     * The newest backup was one of the same, and couldn't be read any more, or not as it was
     * verified: the copy has its place.
     */
    record Renewed(Path file, long size) implements Result {}

    /** Files of somebody else stand in the slots of every series; the copy is gone. */
    record NoFreeSeries(Path foreign) implements Result {}
  }

  private final Catalog catalog;
  private final Disk disk;
  private final int slots;
  private final long spacingMillis;
  private final long readingMillis;

  /**
   * @param slots how many backups to keep, at least 1
   * @param spacingMillis how old the newest must be for older ones to move up once all slots are
   *     full, so that a crash loop can't push the history out
   * @param readingMillis how long the newest is taken for what it was by its size and time, before
   *     it is read again
   */
  public Rotation(Catalog catalog, int slots, long spacingMillis, long readingMillis) {
    this.catalog = catalog;
    this.disk = catalog.disk();
    this.slots = slots;
    this.spacingMillis = spacingMillis;
    this.readingMillis = readingMillis;
  }

  /**
   * Places the staged copy.
   *
   * @param owner whose owner, group and mode the backup gets
   * @param hash of its image, where it is known already
   * @throws IOException where SQLite left something beside the copy that isn't folded in
   */
  public Result place(
      Path staged, FileStat owner, boolean quick, Contents contents, Optional<String> hash)
      throws IOException {
    dropSideFiles(staged);
    boolean wal = leaveWalMode(staged);
    String known = hash.isPresent() ? hash.get() : Catalog.hashOf(staged);
    return place(staged, owner, quick, wal, contents, known, true);
  }

  /** The same for one of which the hash isn't known yet. */
  public Result place(Path staged, FileStat owner, boolean quick, Contents contents)
      throws IOException {
    return place(staged, owner, quick, contents, Optional.empty());
  }

  /**
   * The same for one that only the application's key opens. No byte of it is touched: it stays in
   * its journal mode. What its tables are called stays as secret as they are.
   */
  public Result placeEncrypted(Path staged, FileStat owner, boolean quick, Contents contents)
      throws IOException {
    dropSideFiles(staged);
    String hash = Catalog.hashOf(staged);
    return place(staged, owner, quick, false, contents, hash, false);
  }

  private Result place(
      Path staged,
      FileStat owner,
      boolean quick,
      boolean wal,
      Contents contents,
      String hash,
      boolean named)
      throws IOException {
    Optional<BackupNames.Series> series = freeSeries();
    if (series.isEmpty()) {
      disk.delete(staged);
      return new Result.NoFreeSeries(firstForeign().orElseThrow());
    }
    Path slot = series.get().slot(0);
    Optional<BackupRecord> newest = catalog.identify(slot);
    boolean same = newest.isPresent() && newest.get().hash().equals(hash);
    if (same && !hasRotted(slot, newest.get())) {
      disk.delete(staged);
      return new Result.Unchanged(slot);
    }
    disk.adopt(staged, owner);
    disk.sync(staged);
    FileStat stat = FileStat.ofEntry(staged).orElseThrow();
    long now = System.currentTimeMillis();
    BackupRecord record = BackupRecord.of(stat, hash, now, quick, wal, contents);
    catalog.add(named ? record : record.withoutTableNames());
    rotate(staged, series.get());
    return same ? new Result.Renewed(slot, stat.size()) : new Result.Placed(slot, stat.size());
  }

  /** Reading it costs less than the check that was just made, and isn't needed at each start. */
  private boolean hasRotted(Path newest, BackupRecord record) throws IOException {
    long age = System.currentTimeMillis() - record.readAt();
    return (age < 0 || age >= readingMillis) && !catalog.isStillIntact(newest, record);
  }

  /**
   * Finishes or clears away what an interrupted run left staged.
   *
   * @throws IOException where the staged name is taken by something that can't be ours
   */
  public void settle(Path staged) throws IOException {
    Optional<FileStat> left = FileStat.ofEntry(staged);
    if (left.isPresent() && !left.get().regular()) {
      throw new IOException(staged + " is not an ordinary file");
    }
    disk.clear(catalog.names().stagedLink());
    for (Path side : SideFiles.of(staged).all()) {
      disk.delete(side);
    }
    if (left.isEmpty()) {
      return;
    }
    Optional<BackupNames.Series> series = freeSeries();
    if (series.isPresent() && catalog.isComplete(staged)) {
      catalog.confirm();
      rotate(staged, series.get());
    } else {
      disk.delete(staged);
    }
  }

  /**
   * Makes durable what names the backups have: the next copy is staged under the name that the last
   * one had, and whoever renamed that one may have been killed before it was on disk.
   */
  public void confirmNames() throws IOException {
    if (catalog.hasRecords()) {
      disk.syncDirectory(catalog.names().directory());
    }
  }

  /** The series that the next backup goes to; empty where somebody else's files are in both. */
  public Optional<BackupNames.Series> freeSeries() throws IOException {
    for (BackupNames.Series series : catalog.names().series()) {
      if (foreignIn(series).isEmpty()) {
        return Optional.of(series);
      }
    }
    return Optional.empty();
  }

  private Optional<Path> firstForeign() throws IOException {
    return foreignIn(catalog.names().series().get(0));
  }

  /**
   * A file in a slot that isn't ours, or a side file that SQLite would fold into whatever backup we
   * put beside it.
   */
  private Optional<Path> foreignIn(BackupNames.Series series) throws IOException {
    for (Path slot : series.slots(slots)) {
      if (FileStat.ofEntry(slot).isPresent() && catalog.identify(slot).isEmpty()) {
        return Optional.of(slot);
      }
      SideFiles beside = SideFiles.of(slot);
      if (FileStat.ofEntry(beside.wal()).isPresent()) {
        return Optional.of(beside.wal());
      }
      if (FileStat.ofEntry(beside.journal()).isPresent()) {
        return Optional.of(beside.journal());
      }
    }
    return Optional.empty();
  }

  /**
   * Whether the copy is the newest backup, and stopped short of its place when older ones had moved
   * up already: then it makes good for the oldest, and {@link #settle} finishes.
   */
  public boolean isUnderWay(Path staged) throws IOException {
    if (!catalog.isComplete(staged)) {
      return false;
    }
    Optional<BackupNames.Series> series = freeSeries();
    for (int i = 0; series.isPresent() && i + 1 < slots; i++) {
      if (FileStat.ofEntry(series.get().slot(i)).isEmpty()
          && FileStat.ofEntry(series.get().slot(i + 1)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private void rotate(Path staged, BackupNames.Series series) throws IOException {
    int free = 0;
    while (free < slots && FileStat.ofEntry(series.slot(free)).isPresent()) {
      free++;
    }
    boolean full = free == slots;
    Path directory = catalog.names().directory();
    if (!isOfTheSame(staged, series.slot(0)) && (!full || isOldEnough(series.slot(0)))) {
      if (full && slots > 1) {
        // The oldest gives its place for the copy, which has no name on disk yet.
        disk.syncDirectory(directory);
      }
      for (int i = Math.min(free, slots - 1); i > 0; i--) {
        disk.replace(series.slot(i - 1), series.slot(i));
        disk.syncDirectory(directory);
      }
    }
    disk.replace(staged, series.slot(0));
    disk.syncDirectory(directory);
  }

  /** Then what is in the slot has rotted: it isn't to move up, and nothing is to go for it. */
  private boolean isOfTheSame(Path staged, Path newest) throws IOException {
    Optional<BackupRecord> next = catalog.identify(staged);
    Optional<BackupRecord> last = catalog.identify(newest);
    return next.isPresent() && last.isPresent() && next.get().hash().equals(last.get().hash());
  }

  private boolean isOldEnough(Path newest) throws IOException {
    Optional<BackupRecord> record = catalog.identify(newest);
    return record.isEmpty() || System.currentTimeMillis() - record.get().madeAt() >= spacingMillis;
  }

  /** One file, with nothing beside it. */
  private void dropSideFiles(Path staged) throws IOException {
    SideFiles beside = SideFiles.of(staged);
    if (FoldedLog.hasContent(beside.wal())
        || FoldedLog.hasContent(beside.journal()) && FoldedLog.isHot(beside.journal())) {
      throw new IOException("SQLite left a part of " + staged.getFileName() + " unfolded");
    }
    for (Path side : beside.all()) {
      disk.delete(side);
    }
  }

  /**
   * In rollback mode it opens anywhere by itself.
   *
   * @return whether it was in WAL mode
   */
  private boolean leaveWalMode(Path staged) throws IOException {
    boolean wal;
    try (FileBytes bytes = new FileBytes(staged)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      wal = header.isPresent() && header.get().isWal();
    }
    if (wal) {
      byte rollback = DatabaseHeader.ROLLBACK;
      disk.patch(staged, DatabaseHeader.VERSIONS_AT, rollback, rollback);
    }
    return wal;
  }
}
