package dev.sqlguard.repair;

import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.verify.Contents;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Something that could take the place of a damaged database.
 *
 * @param file a verified file in rollback mode
 * @param origin for people: what it is, for example the backup's name and age
 * @param wal whether the database that it comes from was in WAL mode
 * @param salvage what was taken out of the damaged file to make it; empty for a backup and for new
 *     indexes
 * @param quarantine rows that can't be trusted, in a database of their own
 */
public record Candidate(
    Way way,
    Path file,
    String origin,
    Contents contents,
    boolean wal,
    Loss loss,
    Optional<SalvageReport> salvage,
    Optional<Path> quarantine) {

  /** How it was made, from least to most loss. */
  public enum Way {
    /** Every row of the damaged file, with new indexes and pages. */
    REBUILT,
    /** The main file alone; the log beside it is another database's, or seems to be. */
    WITHOUT_LOG,
    /** Every row that survives in the damaged file, and what is gone from a backup. */
    SALVAGED,
    /** An earlier state. */
    BACKUP
  }

  static Candidate ofBackup(Path file, String origin, Contents contents, boolean wal) {
    return new Candidate(
        Way.BACKUP, file, origin, contents, wal, Loss.NONE, Optional.empty(), Optional.empty());
  }

  /** Whether a log was left out that may be the database's own after all. */
  public boolean lacksItsLog() {
    return way == Way.WITHOUT_LOG && !loss.isNone();
  }

  /** Whether no row of a backup could be missing in it, nor stand there as it was earlier. */
  public boolean isComplete() {
    return way != Way.BACKUP
        && loss.isNone()
        && (salvage.isEmpty()
            || salvage.get().fromBackup() == 0 && salvage.get().unattributed() == 0);
  }

  /** Of all rows that are known of, how many are lost. */
  public boolean losesMoreThan(int percent) {
    return loss.rows() * 100 > percent * (loss.rows() + contents.rows());
  }
}
