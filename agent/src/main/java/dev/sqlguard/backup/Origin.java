package dev.sqlguard.backup;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What stat said of a database's files when they were copied. */
public record Origin(
    SideFiles files, FileStat main, Optional<FileStat> wal, Optional<FileStat> journal) {

  /** Empty where there is no main file. */
  public static Optional<Origin> of(Path mainFile) throws IOException {
    SideFiles files = SideFiles.of(mainFile);
    Optional<FileStat> main = FileStat.ofEntry(mainFile);
    if (main.isEmpty()) {
      return Optional.empty();
    }
    Optional<FileStat> wal = FileStat.ofEntry(files.wal());
    Optional<FileStat> journal = FileStat.ofEntry(files.journal());
    return Optional.of(new Origin(files, main.get(), wal, journal));
  }

  /** Whether main file, WAL and journal are still what they were. */
  public boolean isUnchanged() throws IOException {
    Optional<Origin> now = of(files.main());
    return now.isPresent()
        && now.get().main.isUnchangedFrom(main)
        && now.get().hasSameSidesAs(this);
  }

  /** Whether WAL and journal are those of {@code other}. */
  public boolean hasSameSidesAs(Origin other) {
    return same(wal, other.wal) && same(journal, other.journal);
  }

  /** Whether any of the files was changed within the clock's coarseness, before {@code now}. */
  public boolean isYoungerThan(long now, long millis) {
    return isYounger(main, now, millis)
        || wal.isPresent() && isYounger(wal.get(), now, millis)
        || journal.isPresent() && isYounger(journal.get(), now, millis);
  }

  /** How many bytes a copy of everything takes, a folded WAL included. */
  public long copySize() {
    return main.size() + 2 * size(wal) + size(journal);
  }

  /** Whether there is anything in WAL or journal. */
  public boolean hasSideContent() {
    return size(wal) > 0 || size(journal) > 0;
  }

  private static long size(Optional<FileStat> file) {
    return file.isPresent() ? file.get().size() : 0;
  }

  private static boolean isYounger(FileStat stat, long now, long millis) {
    return now - stat.changed().toMillis() < millis || now - stat.modified().toMillis() < millis;
  }

  private static boolean same(Optional<FileStat> now, Optional<FileStat> then) {
    return now.isPresent() == then.isPresent()
        && (now.isEmpty() || now.get().isUnchangedFrom(then.get()));
  }
}
