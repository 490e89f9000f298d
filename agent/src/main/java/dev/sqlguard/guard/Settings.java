package dev.sqlguard.guard;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.RealPath;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the owner wants.
 *
 * @param only the databases to guard; empty means all
 * @param excluded databases to leave alone
 * @param backups how many to keep; 0 means none
 * @param backupDir empty means beside the database
 * @param fullCheckEvery how old the last full check may be where {@link Check#AUTO} relies on it
 * @param maxLoss in percent of all rows that are known of: what loses more isn't installed
 * @param backfill whether a backup's rows may take the place of destroyed ones
 * @param evidence how many damaged originals to keep
 * @param startTimeout the most time that an application waits before a first open; empty means any
 * @param advisories whether dangers are named that lie outside of the database
 */
public record Settings(
    boolean enabled,
    List<Path> only,
    List<PathMatcher> excluded,
    int backups,
    Optional<Path> backupDir,
    Duration backupSpacing,
    Check check,
    Duration fullCheckEvery,
    OnDamage onDamage,
    OnUnrecoverable onUnrecoverable,
    int maxLoss,
    boolean backfill,
    int evidence,
    Optional<Duration> startTimeout,
    Duration exitTimeout,
    boolean advisories) {

  /** How thoroughly databases are checked. */
  public enum Check {
    FULL,
    /** Fully, unless nothing can have changed since the last time: see {@link Seal}. */
    AUTO,
    QUICK,
    /** No check and no backup: only the work at exit. */
    OFF
  }

  /** What is done about proven damage. */
  public enum OnDamage {
    REPAIR,
    REPORT
  }

  /** What the application gets where nothing can replace a damaged database. */
  public enum OnUnrecoverable {
    OPEN,
    REFUSE
  }

  /** Whether the database with this real path is to be guarded. */
  public boolean covers(Path file) throws IOException {
    if (!only.isEmpty() && !isListed(file)) {
      return false;
    }
    for (PathMatcher pattern : excluded) {
      if (pattern.matches(file) || pattern.matches(file.getFileName())) {
        return false;
      }
    }
    return true;
  }

  /** What the application gets where damage stays. */
  Outcome whenUnrepaired(Path database, Damaged damaged) {
    return damaged.losesRows() ? whenRowsAreLost(database, Wording.of(damaged)) : Outcome.READ;
  }

  /**
   * @param damage for people
   */
  Outcome whenRowsAreLost(Path database, String damage) {
    return onUnrecoverable == OnUnrecoverable.REFUSE
        ? Outcome.refuse(
            "sqlguard: "
                + database
                + " is damaged and could not be repaired: "
                + damage
                + " (on-unrecoverable=refuse)")
        : Outcome.LEFT_DAMAGED;
  }

  /**
   * A listed path may be a link of either kind, and may come to lead somewhere only while the JVM
   * runs.
   */
  private boolean isListed(Path file) throws IOException {
    Optional<FileStat> opened = FileStat.of(file);
    for (Path listed : only) {
      Optional<FileStat> stat = FileStat.of(listed);
      boolean same =
          opened.isPresent() && stat.isPresent() && opened.get().id().equals(stat.get().id());
      if (same || RealPath.of(listed).filter(file::equals).isPresent()) {
        return true;
      }
    }
    return false;
  }
}
