package dev.sqlguard.backup;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Backups that held much more than the database did at a later start, or more than what a repair
 * put in its place: {@code .bak.keep}, {@code .bak.keep.1} …, which nothing ever rotates.
 *
 * <p>There are four at most. A fifth takes the place of the poorest between the first and itself:
 * the first, the newest and the richest always stay.
 */
public final class KeptBackups {
  /** What became of a backup that is to be kept. */
  public sealed interface Result {
    /**
     * It has a name that nothing rotates.
     *
     * @param deleted what had that name, a kept backup with fewer rows than others that stay
     */
    record Kept(Path file, Optional<BackupRecord> deleted) implements Result {}

    /**
     * There is no such backup, or its content is kept already.
     *
     * @param kept where
     */
    record NothingToDo(Optional<Path> kept) implements Result {}

    /** Files of somebody else have the names; the backup must not be rotated. */
    record NoPlace(Path foreign) implements Result {}
  }

  private final Catalog catalog;
  private final Disk disk;

  public KeptBackups(Catalog catalog) {
    this.catalog = catalog;
    this.disk = catalog.disk();
  }

  /** Gives {@code backup} a second name, or copies it where the file system has no links. */
  public Result keep(Path backup) throws IOException {
    Optional<BackupRecord> record = catalog.identify(backup);
    if (record.isEmpty()) {
      return new Result.NothingToDo(Optional.empty());
    }
    List<Catalog.Entry> kept = catalog.kept();
    Optional<Path> already = fileOf(record.get(), kept);
    if (already.isPresent()) {
      // Whoever gave it that name may have died before it was on disk.
      disk.syncDirectory(catalog.names().directory());
      return new Result.NothingToDo(already);
    }
    Optional<Catalog.Entry> replaced = Optional.empty();
    Optional<Path> place = kept.size() < BackupNames.MOST_KEPT ? freeName() : Optional.empty();
    if (place.isEmpty()) {
      replaced = leastMissed(kept, record.get());
      if (replaced.isEmpty()) {
        return new Result.NoPlace(catalog.names().series().get(0).keep(0));
      }
    }
    Path keep = place.isPresent() ? place.get() : replaced.get().file();
    Path link = catalog.names().stagedLink();
    disk.delete(link);
    try {
      if (!disk.tryLink(backup, link)) {
        copy(backup, link);
      }
      disk.rename(link, keep);
    } catch (IOException e) {
      discard(link, e);
      throw e;
    }
    disk.syncDirectory(catalog.names().directory());
    return new Result.Kept(keep, replaced.map(Catalog.Entry::record));
  }

  /** What can't be deleted either is left to {@link Rotation#settle}. */
  private void discard(Path link, IOException reason) {
    try {
      disk.delete(link);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private void copy(Path backup, Path to) throws IOException {
    FileStat original = FileStat.ofEntry(backup).orElseThrow();
    if (FileUsers.inThisProcess(Set.of(original.id())) > 0) {
      throw new IOException(backup + " is open in this JVM");
    }
    Space.require(catalog.names().directory(), original.size());
    disk.copyDurably(backup, to);
    disk.adopt(to, original);
    disk.sync(to);
  }

  private static Optional<Path> fileOf(BackupRecord record, List<Catalog.Entry> kept) {
    for (Catalog.Entry entry : kept) {
      if (entry.record().hash().equals(record.hash())) {
        return Optional.of(entry.file());
      }
    }
    return Optional.empty();
  }

  private Optional<Path> freeName() throws IOException {
    for (BackupNames.Series series : catalog.names().series()) {
      for (Path name : series.keeps()) {
        if (FileStat.ofEntry(name).isEmpty()) {
          return Optional.of(name);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The poorest but for the first, of equally poor ones the oldest; empty where none of the others
   * is as rich as that.
   */
  private static Optional<Catalog.Entry> leastMissed(
      List<Catalog.Entry> kept, BackupRecord newest) {
    Catalog.Entry poorest = null;
    long richest = newest.rows();
    for (int i = 0; i < kept.size(); i++) {
      Catalog.Entry entry = kept.get(i);
      boolean first = i == kept.size() - 1;
      if (!first && (poorest == null || entry.record().rows() <= poorest.record().rows())) {
        richest = poorest == null ? richest : Math.max(richest, poorest.record().rows());
        poorest = entry;
      } else {
        richest = Math.max(richest, entry.record().rows());
      }
    }
    return poorest == null || poorest.record().rows() > richest
        ? Optional.empty()
        : Optional.of(poorest);
  }
}
