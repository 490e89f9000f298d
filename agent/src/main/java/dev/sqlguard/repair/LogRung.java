package dev.sqlguard.repair;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.ForeignLog;
import dev.sqlguard.format.Replay;
import dev.sqlguard.format.WalImage;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
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
 * log. Such a log is another database's: SQLite would replay it at the next open.
 *
 * <p>Unless it is the database's own, and one bad page in it hides the rest. Where nothing shows
 * for certain that it is foreign, what can be salvaged with the log comes first, and the main file
 * alone is offered only if that lacks anything of it.
 */
public final class LogRung implements Rung {
  private final DamagedCopy copy;
  private final Judges judges;
  private final Disk disk;
  private final Rung salvage;

  /**
   * @param salvage for everything else
   */
  public LogRung(DamagedCopy copy, Judges judges, Disk disk, Rung salvage) {
    this.copy = copy;
    this.judges = judges;
    this.disk = disk;
    this.salvage = salvage;
  }

  @Override
  public Optional<Candidate> attempt(Damaged damage, List<String> passedOver) throws IOException {
    Path image = copy.take();
    Path log = SideFiles.of(image).wal();
    Optional<FileStat> stat = FileStat.ofEntry(log);
    if (stat.isEmpty() || stat.get().size() == 0) {
      return salvage.attempt(damage, passedOver);
    }
    boolean foreign = isForeign(image, log);
    takeAway(log, image);
    // That it isn't healthy by itself is the ordinary case, and nothing to tell.
    Optional<Contents> contents = judges.pass(image, "", new ArrayList<>());
    if (contents.isEmpty() || !damage.readable().isPoorRemnantOf(contents.get())) {
      return salvage.attempt(damage, passedOver);
    }
    if (foreign) {
      return Optional.of(alone(image, contents.get(), Loss.NONE));
    }
    Optional<Candidate> salvaged = salvage.attempt(damage, passedOver);
    if (salvaged.isPresent()
        && salvaged.get().contents().firstTablePoorerThan(contents.get()).isEmpty()) {
      return salvaged;
    }
    passedOver.add("what can be salvaged with its log has less than the main file alone");
    copy.take();
    takeAway(log, image);
    Loss logLoss = new Loss(0, contents.get().rowsByTable().keySet(), false);
    return Optional.of(alone(image, contents.get(), logLoss));
  }

  private static boolean isForeign(Path image, Path log) throws IOException {
    try (FileBytes main = new FileBytes(image);
        FileBytes wal = new FileBytes(log)) {
      return ForeignLog.mark(main, WalImage.over(main, wal, Replay.STRICT)).isPresent();
    }
  }

  private void takeAway(Path log, Path image) throws IOException {
    disk.delete(log);
    byte rollback = DatabaseHeader.ROLLBACK;
    disk.patch(image, DatabaseHeader.VERSIONS_AT, rollback, rollback);
  }

  private static Candidate alone(Path image, Contents contents, Loss loss) {
    return new Candidate(
        Candidate.Way.WITHOUT_LOG,
        image,
        "the main file without its log",
        contents,
        true,
        loss,
        Optional.empty(),
        Optional.empty());
  }
}
