package dev.sqlguard.repair;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What would take the place of a damaged database, but for the owner who has to say so: {@code
 * .salvaged}, beside the database. The last one of ours gives way to the next; a file of somebody
 * else, or one that was changed since, stays.
 */
public final class Proposal {
  private static final String KIND = "proposal";

  private final Path main;
  private final StateFile state;
  private final Disk disk;

  public Proposal(Path main, StateFile state, Disk disk) {
    this.main = main;
    this.state = state;
    this.disk = disk;
  }

  /** Where it lies. */
  public static Path fileOf(Path main) {
    return SideFiles.named(main, BackupNames.SALVAGED);
  }

  /**
   * Puts a copy there.
   *
   * @param good a verified file in rollback mode
   * @return false where something else has the name
   */
  public boolean leave(Path good) throws IOException {
    Path file = fileOf(main);
    if (FileStat.ofEntry(file).isPresent() && !isOurs(file)) {
      return false;
    }
    for (Path side : SideFiles.of(file).all()) {
      if (FileStat.ofEntry(side).isPresent()) {
        return false;
      }
    }
    FileStat model = FileStat.ofEntry(main).orElseThrow();
    disk.delete(staged());
    Space.require(main.getParent(), FileStat.ofEntry(good).orElseThrow().size());
    disk.copyDurably(good, staged());
    disk.adopt(staged(), model);
    FileStat stat = FileStat.ofEntry(staged()).orElseThrow();
    List<StateLine> known = new ArrayList<>();
    // What lies there stays the guard's until the next one takes its name.
    lineOf(file).ifPresent(known::add);
    known.add(
        StateLine.of(
            KIND,
            "inode",
            stat.id().inode(),
            "size",
            stat.size(),
            "modified",
            stat.modified().toMillis()));
    state.put(KIND, known);
    state.save(disk);
    disk.rename(staged(), file);
    disk.syncDirectory(main.getParent());
    return true;
  }

  /** Whether the guard put this file there, and nobody wrote to it since. */
  public boolean isOurs(Path file) throws IOException {
    return file.equals(fileOf(main)) && lineOf(file).isPresent();
  }

  private Optional<StateLine> lineOf(Path file) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(file);
    for (StateLine line : state.lines(KIND)) {
      if (stat.isPresent()
          && line.number("inode") == stat.get().id().inode()
          && line.number("size") == stat.get().size()
          && line.number("modified") == stat.get().modified().toMillis()) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }

  /** Clears away what an interrupted run left. */
  public void discard() throws IOException {
    disk.clear(staged());
  }

  private Path staged() {
    return SideFiles.named(main, ".sqlguard-proposal");
  }
}
