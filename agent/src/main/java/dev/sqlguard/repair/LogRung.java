package dev.sqlguard.repair;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The main file without its log, where that is a healthy database of which little is left under the
 * log: such a log is another database's. SQLite would replay it at the next open.
 */
public final class LogRung implements Rung {
  private final DamagedCopy copy;
  private final Judges judges;
  private final Disk disk;

  public LogRung(DamagedCopy copy, Judges judges, Disk disk) {
    this.copy = copy;
    this.judges = judges;
    this.disk = disk;
  }

  @Override
  public Optional<Candidate> attempt(Damaged damage, List<String> passedOver) throws IOException {
    Optional<Path> image = copy.take(passedOver);
    if (image.isEmpty()) {
      return Optional.empty();
    }
    Path log = SideFiles.of(image.get()).wal();
    Optional<FileStat> stat = FileStat.ofEntry(log);
    if (stat.isEmpty() || stat.get().size() == 0) {
      return Optional.empty();
    }
    disk.delete(log);
    byte rollback = DatabaseHeader.ROLLBACK;
    disk.patch(image.get(), DatabaseHeader.VERSIONS_AT, rollback, rollback);
    // That it isn't healthy by itself is the ordinary case, and nothing to tell.
    Optional<Contents> contents = judges.pass(image.get(), "", new ArrayList<>());
    if (contents.isEmpty() || !damage.readable().isPoorRemnantOf(contents.get())) {
      return Optional.empty();
    }
    return Optional.of(
        new Candidate(
            Candidate.Way.WITHOUT_LOG,
            image.get(),
            "the main file without its log",
            contents.get(),
            true,
            Loss.NONE,
            Optional.empty(),
            Optional.empty()));
  }
}
