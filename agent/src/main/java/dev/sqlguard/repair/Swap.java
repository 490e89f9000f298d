package dev.sqlguard.repair;

import dev.sqlguard.repair.Installation.Result;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.Errors;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The steps of an {@link Installation} while both files are locked: the damaged one, which others
 * may be waiting for, and the candidate, so that nobody commits anything into it before it is
 * certain that it stays.
 *
 * <p>Up to the rename whatever fails is taken back. From then on the candidate is the database, and
 * what fails is only told.
 */
final class Swap {
  private static final String OPENED_MEANWHILE = "somebody opened it at that moment";

  private final Path main;
  private final Path staged;
  private final StateFile state;
  private final Disk disk;
  private final Evidence evidence;

  Swap(Path main, Path staged, StateFile state, Disk disk, Evidence evidence) {
    this.main = main;
    this.staged = staged;
    this.state = state;
    this.disk = disk;
    this.evidence = evidence;
  }

  /** From the beginning. */
  Result install(LiveFile live, LiveFile candidate, FileStat staged, Account account)
      throws IOException {
    FileStat damaged = FileStat.ofEntry(main).orElseThrow();
    Path kept = evidence.makeRoom();
    String name = kept.getFileName().toString();
    Intent intent = Intent.begin(damaged, staged, name, account.onlyCarrier());
    try {
      save(intent);
      evidence.keep(kept, live);
      evidence.accompany(kept, account);
    } catch (IOException | RuntimeException | Error e) {
      withdraw(kept, e);
      throw e;
    }
    if (live.isUsed()) {
      // Its side files must not be taken away from under it.
      evidence.withdraw(kept);
      clearIntent();
      return new Result.NotPossible(OPENED_MEANWHILE);
    }
    disk.enterSection();
    try {
      return replace(live, candidate, intent, kept);
    } catch (IOException e) {
      if (live.isStillNamed() && !giveUp(kept, e)) {
        throw new IOException(
            e.getMessage() + "; what stood beside it is kept as " + kept + "-… for the next start",
            e);
      }
      throw e;
    } catch (RuntimeException | Error e) {
      // No crash: the application opens the database now, and finds its WAL.
      if (live.isStillNamed()) {
        giveUp(kept, e);
      }
      throw e;
    } finally {
      disk.exitSection();
    }
  }

  /**
   * What stands in the way of that too is left to {@link Installation#settle}.
   *
   * @param reason stays the one that is told
   * @return false where side files could not be put back
   */
  private boolean giveUp(Path kept, Throwable reason) {
    try {
      if (!evidence.sides().restoreFrom(kept)) {
        return false;
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
      return false;
    }
    withdraw(kept, reason);
    return true;
  }

  private void withdraw(Path kept, Throwable reason) {
    try {
      evidence.withdraw(kept);
      clearIntent();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** From complete evidence to the end; repeatable from every step. */
  Result replace(LiveFile live, LiveFile candidate, Intent intent, Path kept) throws IOException {
    save(intent.inPhase(Intent.Phase.SWAP));
    if (FileStat.ofEntry(kept).isEmpty()) {
      evidence.keep(kept, live);
    }
    for (Path side : SideFiles.of(main).all()) {
      disk.delete(side);
    }
    disk.syncDirectory(main.getParent());
    disk.rename(staged, main);
    if (!isToStay(live, candidate) && tryTakeBack(live, kept)) {
      return takenBack(live, candidate, kept);
    }
    try {
      disk.syncDirectory(main.getParent());
      evidence.record(kept, intent.onlyCarrier());
      return finish(kept);
    } catch (IOException e) {
      String complaint = Errors.text(e) + "; the next start goes on with the rest";
      return new Result.Installed(kept, List.of(), Optional.of(complaint));
    }
  }

  /**
   * Who opened the damaged file between the last look and the rename waits for the lock that we
   * hold, and would go on with a file that is no longer the database. So he gets it back; unless
   * somebody has opened the new one by now, who would be in the same place: then the one who came
   * first is kept out.
   */
  private static boolean isToStay(LiveFile live, LiveFile candidate) {
    try {
      if (!live.isUsed()) {
        return true;
      }
      if (!candidate.isUsed()) {
        return false;
      }
    } catch (IOException e) {
      // Nobody knows whether there is somebody.
    }
    live.keepOthersOut();
    return true;
  }

  private boolean tryTakeBack(LiveFile live, Path kept) {
    try {
      disk.rename(kept, main);
      return true;
    } catch (IOException e) {
      live.keepOthersOut();
      return false;
    }
  }

  /**
   * The candidate is in, and on disk. Older evidence that can't go is no reason to begin with this
   * again at each start.
   */
  Result.Installed finish(Path kept) throws IOException {
    List<Path> deleted = List.of();
    Optional<String> complaint = Optional.empty();
    try {
      deleted = evidence.trim(kept);
    } catch (IOException e) {
      complaint = Optional.of("older evidence stays: " + Errors.text(e));
    }
    clearIntent();
    return new Result.Installed(kept, deleted, complaint);
  }

  /**
   * The main file is the old one again, and gets its side files only then: a WAL must never stand
   * beside a main file that it doesn't belong to. Whoever came to have the candidate open in
   * between has seen nothing in it, and is kept out of it.
   */
  private Result takenBack(LiveFile live, LiveFile candidate, Path kept) throws IOException {
    disk.syncDirectory(main.getParent());
    if (candidate.isUsed()) {
      candidate.keepOthersOut();
    }
    String reason = OPENED_MEANWHILE;
    if (evidence.sides().restoreFrom(kept)) {
      evidence.withdraw(kept);
    } else {
      evidence.keepApart(kept, live);
      reason += ", so that it has new side files; the old ones are kept beside " + kept;
    }
    clearIntent();
    return new Result.NotPossible(reason);
  }

  private void save(Intent intent) throws IOException {
    state.put(Intent.KIND, List.of(intent.toLine()));
    state.save(disk);
  }

  /** Nothing is under way any more. */
  void clearIntent() throws IOException {
    state.put(Intent.KIND, List.of());
    state.save(disk);
  }
}
