package dev.sqlguard.repair;

import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.salvage.TableOutcome;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every row that survives in the damaged file; what is destroyed comes from the newest backup that
 * passes a check, where that says which row it is.
 */
public final class SalvageRung implements Rung {
  private final Rescue rescue;
  private final NewestBackup newest;
  private final boolean backfill;

  /**
   * @param backfill whether rows of the backup may take the place of destroyed ones
   */
  public SalvageRung(Rescue rescue, NewestBackup newest, boolean backfill) {
    this.rescue = rescue;
    this.newest = newest;
    this.backfill = backfill;
  }

  @Override
  public Optional<Candidate> attempt(Damaged damage, List<String> passedOver) throws IOException {
    Optional<NewestBackup.Found> backup = newest.find(passedOver);
    Optional<Rescue.Result> rescued =
        rescue.run(backup, backfill && backup.isPresent(), passedOver);
    return rescued.isPresent()
        ? offer(rescued.get(), backup, damage, passedOver)
        : Optional.empty();
  }

  private static Optional<Candidate> offer(
      Rescue.Result rescued,
      Optional<NewestBackup.Found> backup,
      Damaged damage,
      List<String> passedOver) {
    Contents contents = rescued.contents();
    if (contents.tables() == 0) {
      passedOver.add(
          "the names of its tables are lost; the command salvage puts what survives into tables"
              + " without names");
      return Optional.empty();
    }
    if (!accountsFor(damage.readable(), rescued)) {
      passedOver.add("what was salvaged lacks rows that can still be read");
      return Optional.empty();
    }
    boolean wal = backup.isPresent() && backup.get().wal();
    return Optional.of(
        new Candidate(
            Candidate.Way.SALVAGED,
            rescued.file(),
            backup.isPresent() ? backup.get().origin() : "",
            contents,
            wal,
            loss(rescued, damage),
            Optional.of(rescued.report()),
            rescued.quarantine()));
  }

  /** Whether what SQLite itself still reads is there, or is known to be lost. */
  private static boolean accountsFor(Contents readable, Rescue.Result rescued) {
    SalvageReport report = rescued.report();
    for (String table : readable.rowsByTable().keySet()) {
      if (!rescued.contents().rowsByTable().containsKey(table)) {
        return false;
      }
    }
    long accounted = report.rows() + report.quarantined() + report.lost();
    return accounted >= readable.rows() / 2;
  }

  static Loss loss(Rescue.Result rescued, Damaged damage) {
    SalvageReport report = rescued.report();
    Set<String> tables = new HashSet<>();
    for (TableOutcome table : report.tables()) {
      boolean open = !table.destroyed().isEmpty() && table.fromBackup() == 0;
      if (table.lost() > 0 || table.quarantined() > 0 || open) {
        tables.add(table.name());
      }
    }
    boolean foundNothing = tables.isEmpty() && report.damagedPages() == 0;
    if (foundNothing && damage.findings().get(0).kind() != Finding.Kind.STRUCTURE) {
      // Rows are gone, but no page tells of which table.
      tables.addAll(rescued.contents().rowsByTable().keySet());
    }
    return new Loss(report.lost(), tables, !report.objectsLost().isEmpty());
  }
}
