package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupRecord;
import dev.sqlguard.backup.KeptBackups;
import dev.sqlguard.repair.Age;
import dev.sqlguard.repair.Candidate;
import dev.sqlguard.repair.EvidenceFiles;
import dev.sqlguard.repair.Installation;
import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.salvage.TableOutcome;
import dev.sqlguard.scan.Suspicion;
import dev.sqlguard.store.Errors;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What verdicts and errors are called in the guard's lines. */
final class Wording {
  private static final long ROUGHLY_MILLIS = 2000;

  private Wording() {}

  static String of(Damaged damaged) {
    int findings = damaged.findings().size();
    return "DAMAGED ("
        + damaged.findings().get(0).text()
        + (findings > 1 ? ", and " + (findings - 1) + " more" : "")
        + ")";
  }

  /** What a candidate is, and what it lacks. */
  static String of(Candidate candidate) {
    long rows = candidate.contents().rows();
    if (candidate.way() == Candidate.Way.BACKUP) {
      return "restored from " + candidate.origin() + " with " + rows + " rows";
    }
    if (candidate.way() == Candidate.Way.WITHOUT_LOG) {
      return (candidate.lacksItsLog() ? "its -wal seems to be" : "its -wal is")
          + " another database's; restored without it, with "
          + rows
          + " rows";
    }
    StringBuilder text = new StringBuilder();
    if (candidate.way() == Candidate.Way.REBUILT) {
      text.append("no row is lost; built anew with ").append(rows).append(" rows");
    } else {
      text.append("salvaged with ").append(rows).append(" rows");
    }
    if (candidate.salvage().isPresent()) {
      append(candidate.salvage().get(), candidate.origin(), text);
    }
    return text.toString();
  }

  private static void append(SalvageReport report, String backup, StringBuilder text) {
    if (report.fromBackup() > 0) {
      text.append(", ").append(report.fromBackup()).append(" of them from ").append(backup);
    }
    long lost = 0;
    int ranges = 0;
    for (TableOutcome table : report.tables()) {
      lost += table.lost();
      ranges += table.fromBackup() == 0 ? table.destroyed().size() : 0;
    }
    if (lost > 0) {
      text.append(", ").append(lost).append(" lost");
    }
    if (ranges > 0) {
      text.append(", nobody can count how many lost in ").append(ranges);
      text.append(ranges == 1 ? " range of keys" : " ranges of keys");
    }
    if (!report.objectsLost().isEmpty()) {
      text.append(", ").append(report.objectsLost().size()).append(" schema objects lost");
    }
    if (report.quarantined() > 0) {
      text.append(", ").append(report.quarantined()).append(" in quarantine");
    }
  }

  /** Why this one and not the others. */
  static String why(Candidate best, List<Candidate> others) {
    return switch (best.way()) {
      case REBUILT -> "every row that can be read is in it";
      case WITHOUT_LOG -> "little of it would be left with the log";
      case SALVAGED ->
          others.isEmpty()
              ? "it is the newest state, and nothing richer was found"
              : "it is the newest state, and no backup has more of what it lacks";
      case BACKUP ->
          others.isEmpty()
              ? "nothing could be salvaged"
              : "it lacks nothing that was salvaged, and has more of what is lost";
    };
  }

  static String of(KeptBackups.Result.Kept kept) {
    return "kept as "
        + kept.file()
        + (kept.deleted().isPresent()
            ? ", where an older one with " + kept.deleted().get().rows() + " rows is deleted"
            : "");
  }

  /** That a backup has rows which {@code now} lacks. */
  static String ofMore(Path backup, BackupRecord record, Contents now) {
    String more = backup.getFileName() + " has more rows";
    return record.contents().isPresent()
        ? more + " of " + now.firstTablePoorerThan(record.contents().get()).orElseThrow()
        : more;
  }

  static String of(KeptBackups.Result.NoPlace taken) {
    return "which can't be kept, because " + taken.foreign() + " and others aren't the guard's";
  }

  /** What the scan found in a database that SQLite calls healthy. */
  static String ofUnshared(List<Suspicion> suspicions) {
    int more = suspicions.size() - 1;
    return "the guard's own check finds ("
        + suspicions.get(0)
        + (more > 0 ? ", and " + more + " more" : "")
        + "), SQLite's finds nothing: it counts as healthy; please report this as an error of the"
        + " guard";
  }

  /**
   * @param note what else there is to say of its check
   */
  static String ofFailedBackup(String note, IOException e) {
    return "healthy"
        + note
        + ", but not backed up ("
        + of(e)
        + "); older backups stay, and the next start tries again";
  }

  static String ofBrokenLogLost(IOException e) {
    return "its WAL has committed transactions behind a broken frame, where SQLite ends; not kept ("
        + of(e)
        + ")";
  }

  static String ofBrokenLog(Path kept) {
    return "its WAL has committed transactions behind a broken frame, where SQLite ends: all of it"
        + " is kept as "
        + kept
        + "; to take them out: java -jar sqlguard.jar salvage "
        + kept
        + " OUT";
  }

  /** Evidence that had to go. */
  static String ofDeleted(Path evidence) {
    Path quarantine = EvidenceFiles.quarantineOf(evidence);
    return "older evidence deleted: "
        + evidence
        + (Files.exists(quarantine) ? ", but not its rows in quarantine: " + quarantine : "");
  }

  /** What came in the way after a good file was in its place; nothing where nothing did. */
  static String ofComplaint(Installation.Result.Installed installed) {
    return installed.complaint().isPresent() ? "; but " + installed.complaint().get() : "";
  }

  /** A limit of time. */
  static String of(Duration limit) {
    long millis = limit.toMillis();
    return millis < ROUGHLY_MILLIS ? millis + " ms" : Age.text(millis);
  }

  static String of(Throwable t) {
    return t instanceof IOException ? Errors.text(t) : t.toString();
  }
}
