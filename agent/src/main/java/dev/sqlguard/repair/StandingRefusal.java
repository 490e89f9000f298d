package dev.sqlguard.repair;

import dev.sqlguard.backup.Catalog;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * That a result of salvage wasn't installed, because too much would be lost: as long as nothing has
 * changed that led to it, there is no use in working it out again. Whatever is in doubt counts as a
 * change: the database or what lies beside it, the result that was left, the backups, the options,
 * the driver.
 */
public final class StandingRefusal {
  /** What was said of the damage, and why nothing was installed. */
  public record Said(String damage, String what) {}

  /** The kind of its line in the state file. */
  public static final String KIND = "refusal";

  /** A younger file may change once more and keep its times. */
  private static final long CLOCK_COARSENESS_MILLIS = 2000;

  private final Path main;
  private final StateFile state;
  private final Proposal proposal;
  private final Catalog catalog;
  private final String conditions;
  private final Disk disk;

  /**
   * @param conditions the options and the driver that led to it
   */
  public StandingRefusal(
      Path main,
      StateFile state,
      Proposal proposal,
      Catalog catalog,
      String conditions,
      Disk disk) {
    this.main = main;
    this.state = state;
    this.proposal = proposal;
    this.catalog = catalog;
    this.conditions = conditions;
    this.disk = disk;
  }

  /** What was said; empty where anything has changed since. */
  public Optional<Said> recall() throws IOException {
    List<StateLine> lines = state.lines(KIND);
    Optional<Origin> now = Origin.of(main);
    if (lines.size() != 1 || now.isEmpty()) {
      return Optional.empty();
    }
    StateLine then = lines.get(0);
    return isLeft() && lineOf(now.get(), saidIn(then)).equals(then)
        ? Optional.of(saidIn(then))
        : Optional.empty();
  }

  /**
   * Remembers it, durably, where the files can be told from what they may become.
   *
   * @param judged the files that were salvaged
   */
  public void remember(Origin judged, Said said) throws IOException {
    boolean young = judged.isYoungerThan(System.currentTimeMillis(), CLOCK_COARSENESS_MILLIS);
    if (young || !judged.isUnchanged() || !isLeft()) {
      forget();
      return;
    }
    state.put(KIND, List.of(lineOf(judged, said)));
    if (state.room() < 0) {
      forget();
    } else {
      state.save(disk);
    }
  }

  /** Whatever was remembered doesn't hold any more. */
  public void forget() throws IOException {
    if (!state.lines(KIND).isEmpty()) {
      state.put(KIND, List.of());
      state.save(disk);
    }
  }

  /** Whether the result lies where it was left, and nobody is changing it. */
  private boolean isLeft() throws IOException {
    Path file = Proposal.fileOf(main);
    for (Path side : SideFiles.of(file).all()) {
      if (FileStat.ofEntry(side).isPresent()) {
        return false;
      }
    }
    return proposal.isOurs(file);
  }

  private static Said saidIn(StateLine line) {
    return new Said(line.text("damage"), line.text("what"));
  }

  private StateLine lineOf(Origin origin, Said said) throws IOException {
    return StateLine.of(
        KIND,
        "main",
        identity(Optional.of(origin.main())),
        "wal",
        identity(origin.wal()),
        "journal",
        identity(origin.journal()),
        "left",
        identity(FileStat.ofEntry(Proposal.fileOf(main))),
        "backups",
        backups(),
        "conditions",
        conditions,
        "damage",
        said.damage(),
        "what",
        said.what());
  }

  /** An empty side file is as good as none: applications come and go without closing. */
  private static String identity(Optional<FileStat> file) {
    if (file.isEmpty() || file.get().size() == 0) {
      return "none";
    }
    FileStat stat = file.get();
    return stat.id().inode()
        + " "
        + stat.size()
        + " "
        + stat.modified().to(TimeUnit.NANOSECONDS)
        + " "
        + stat.changed().to(TimeUnit.NANOSECONDS);
  }

  private String backups() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Catalog.Entry entry : catalog.entries()) {
      text.append(entry.record().hash()).append(' ');
    }
    return text.toString();
  }
}
