package dev.sqlguard.repair;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.LeafCells;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The newest backup that passes a full check now and lacks no row that can still be read.
 *
 * <p>Where the newest one that passes lacks rows, nothing older is offered either, however many
 * rows it has: it is of an earlier time, and rows are only counted, so that updates and deletions
 * since would be taken back unseen.
 */
public final class BackupRung implements Rung {
  private final NewestBackup newest;

  public BackupRung(NewestBackup newest) {
    this.newest = newest;
  }

  @Override
  public Optional<Candidate> attempt(Damaged damage, List<String> passedOver) throws IOException {
    Optional<NewestBackup.Found> found = newest.find(passedOver);
    return found.isPresent() ? offer(found.get(), damage, passedOver) : Optional.empty();
  }

  private static Optional<Candidate> offer(
      NewestBackup.Found backup, Damaged damage, List<String> passedOver) throws IOException {
    Optional<String> poorer = backup.contents().firstTablePoorerThan(damage.readable());
    if (poorer.isPresent()) {
      passedOver.add(
          backup.origin()
              + " has fewer rows of "
              + poorer.get()
              + " than can still be read, and nothing older is taken instead");
      return Optional.empty();
    }
    if (damage.readable().tables() == 0 && leafCells(backup.file()) < damage.leafCells()) {
      passedOver.add(
          backup.origin()
              + " has less in it than the damaged file's pages still seem to hold, and nothing"
              + " older is taken instead");
      return Optional.empty();
    }
    return Optional.of(
        Candidate.ofBackup(backup.file(), backup.origin(), backup.contents(), backup.wal()));
  }

  private static long leafCells(Path backup) throws IOException {
    try (FileBytes bytes = new FileBytes(backup)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      return header.isPresent() ? LeafCells.count(bytes, header.get().pageSize()) : 0;
    }
  }
}
