package dev.sqlguard.repair;

import dev.sqlguard.backup.Origin;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileSystems;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.Platform;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts a good file in the place of a damaged one: the only way in which the guard changes a live
 * database.
 *
 * <p>In this order, each step on disk before the next: the candidate is complete; the intent is
 * written; the evidence is complete, with its report; the side files are unlinked; the candidate is
 * renamed over the main file; the intent is cleared. The main file never ceases to exist (SQLite
 * would delete its WAL), and no old side file ever stands beside the new one (SQLite would replay
 * it into it). {@link #settle} completes forward from every step. The steps from the evidence on
 * are {@link Swap}'s.
 */
public final class Installation {
  /** What became of it. */
  public sealed interface Result {
    /**
     * The candidate is the database now, whatever came of the rest.
     *
     * @param evidence where the damaged file is kept
     * @param deleted older evidence that had to go
     * @param complaint what came in the way afterwards, for people
     */
    record Installed(Path evidence, List<Path> deleted, Optional<String> complaint)
        implements Result {}

    /** Nothing was changed. */
    record NotPossible(String reason) implements Result {}
  }

  private static final String OPEN_HERE = "this JVM has it open already";

  private final Path main;
  private final StateFile state;
  private final Disk disk;
  private final Parked parked;
  private final Evidence evidence;

  public Installation(Path main, StateFile state, Disk disk, Parked parked, Evidence evidence) {
    this.main = main;
    this.state = state;
    this.disk = disk;
    this.parked = parked;
    this.evidence = evidence;
  }

  /** Where the candidate stands, in the database's directory, before it is renamed. */
  public Path staged() {
    return SideFiles.named(main, ".sqlguard-install");
  }

  /**
   * Installs the content of {@code good} in place of the main file.
   *
   * @param good a verified file in rollback mode; it is copied and stays what it is
   * @param seen the state of the damaged files that was judged
   * @param wal whether the database was in WAL mode, to be restored
   * @param account what is kept beside the evidence
   */
  public Result install(Path good, Origin seen, boolean wal, Account account) throws IOException {
    Optional<String> obstacle = obstacle(seen.main());
    if (obstacle.isPresent()) {
      return new Result.NotPossible(obstacle.get());
    }
    try {
      Optional<FileStat> candidate = stage(good, seen, wal, account);
      if (candidate.isEmpty()) {
        return new Result.NotPossible("its owner and permissions can't be kept");
      }
      if (isOpenHere()) {
        return new Result.NotPossible(OPEN_HERE);
      }
      try (LiveFile live = lock();
          LiveFile locked = live == null ? null : lockCandidate()) {
        Optional<Result> refused = refusal(live, locked, seen);
        return refused.isPresent()
            ? refused.get()
            : swap().install(live, locked, candidate.get(), account);
      }
    } finally {
      if (state.lines(Intent.KIND).isEmpty()) {
        unstage();
      }
    }
  }

  /** What can't be deleted now is left to {@link #settle}; it changes nothing about the result. */
  private void unstage() {
    try {
      disk.delete(staged());
    } catch (IOException e) {
      // The next start begins with it.
    }
  }

  /** Whether the state file tells of an installation that was begun and not finished. */
  public static boolean isPending(StateFile state) {
    return !state.lines(Intent.KIND).isEmpty();
  }

  /**
   * Finishes what an interrupted run began, or clears it away where somebody else changed the
   * database since.
   *
   * @return what it came to, where the installation was completed now
   */
  public Optional<Result.Installed> settle() throws IOException {
    Optional<Result.Installed> completed = Optional.empty();
    for (StateLine line : state.lines(Intent.KIND)) {
      disk.enterSection();
      try {
        evidence.sides().settle();
        completed = settle(Intent.fromLine(line));
      } finally {
        disk.exitSection();
      }
    }
    disk.clear(staged());
    return completed;
  }

  private Optional<Result.Installed> settle(Intent intent) throws IOException {
    Optional<FileStat> now = FileStat.ofEntry(main);
    if (!evidence.files().isName(intent.evidence())) {
      throw new IOException("the state file names no evidence but " + intent.evidence());
    }
    Path kept = main.resolveSibling(intent.evidence());
    if (now.isPresent() && now.get().id().inode() == intent.candidateInode()) {
      // Whoever renamed it may have died before that was on disk.
      disk.syncDirectory(main.getParent());
      evidence.recordIfPresent(kept, intent.onlyCarrier());
      return Optional.of(swap().finish(kept));
    }
    boolean untouched =
        now.isPresent() && intent.isAbout(now.get()) && evidence.sides().areIn(kept);
    if (intent.phase() == Intent.Phase.SWAP && untouched) {
      if (isStaged(intent) && !evidence.sides().areSecondNamesIn(kept)) {
        return complete(intent, now.get(), kept);
      }
      evidence.sides().restoreFrom(kept);
    }
    if (intent.phase() == Intent.Phase.EVIDENCE || untouched) {
      evidence.withdrawSecondName(kept);
    } else {
      evidence.detach(kept);
    }
    swap().clearIntent();
    return Optional.empty();
  }

  private boolean isStaged(Intent intent) throws IOException {
    Optional<FileStat> candidate = FileStat.ofEntry(staged());
    return candidate.isPresent() && candidate.get().id().inode() == intent.candidateInode();
  }

  private Optional<Result.Installed> complete(Intent intent, FileStat damaged, Path kept)
      throws IOException {
    Set<FileId> ids = FileUsers.ids(SideFiles.of(main));
    if (FileUsers.inThisProcess(ids) == 0) {
      try (LiveFile live = lock();
          LiveFile candidate = live == null ? null : lockCandidate()) {
        if (candidate != null
            && !live.isSharedWithinProcess()
            && FileUsers.inOtherProcesses(ids, damaged).isEmpty()) {
          Result result = swap().replace(live, candidate, intent, kept);
          return result instanceof Result.Installed installed
              ? Optional.of(installed)
              : Optional.empty();
        }
      }
    }
    throw new IOException("an interrupted repair can't be finished while it is in use");
  }

  /** What stands in the way from the outset, for people. */
  public Optional<String> obstacle(FileStat stat) throws IOException {
    if (!Platform.HAS_PROC) {
      return Optional.of("the users of a file can't be found out on this platform");
    }
    if (stat.links() != 1) {
      return Optional.of("it has " + stat.links() + " hard links");
    }
    if (isOpenHere()) {
      return Optional.of(OPEN_HERE);
    }
    return FileSystems.whyUnsafe(main);
  }

  private boolean isOpenHere() throws IOException {
    return FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(main))) > 0;
  }

  /** Empty where the candidate can't get the owner and permissions of the original. */
  private Optional<FileStat> stage(Path good, Origin seen, boolean wal, Account account)
      throws IOException {
    disk.delete(staged());
    long size = FileStat.ofEntry(good).orElseThrow().size();
    Optional<Path> quarantine = account.quarantine();
    long more =
        quarantine.isPresent() ? FileStat.ofEntry(quarantine.get()).orElseThrow().size() : 0;
    Space.require(main.getParent(), Math.max(size, seen.main().size()) + more);
    disk.createLike(main, staged());
    if (!hasSameOwnership(FileStat.ofEntry(staged()).orElseThrow(), seen.main())) {
      return Optional.empty();
    }
    disk.overwrite(staged(), good);
    if (wal) {
      byte mode = DatabaseHeader.WAL;
      disk.patch(staged(), DatabaseHeader.VERSIONS_AT, mode, mode);
    }
    disk.sync(staged());
    disk.syncDirectory(main.getParent());
    return FileStat.ofEntry(staged());
  }

  private static boolean hasSameOwnership(FileStat candidate, FileStat original) {
    return candidate.regular()
        && candidate.owner() == original.owner()
        && candidate.group() == original.group()
        && candidate.mode() == original.mode();
  }

  private LiveFile lock() throws IOException {
    return LiveFile.tryExclusive(main, disk, parked).orElse(null);
  }

  /** Nobody can use it before it is certain that it stays. */
  private LiveFile lockCandidate() throws IOException {
    return LiveFile.tryExclusive(staged(), disk, parked).orElse(null);
  }

  private Swap swap() {
    return new Swap(main, staged(), state, disk, evidence);
  }

  private Optional<Result> refusal(LiveFile live, LiveFile candidate, Origin seen)
      throws IOException {
    String reason = null;
    if (live == null) {
      reason = isOpenHere() ? OPEN_HERE : "another process is using it";
    } else if (live.isSharedWithinProcess()) {
      reason = OPEN_HERE;
    } else if (candidate == null) {
      reason = "another process has locked " + staged();
    } else if (!seen.isUnchanged()) {
      reason = "it changed while it was examined";
    } else {
      reason = FileUsers.inOtherProcesses(FileUsers.ids(seen.files()), seen.main()).orElse(null);
    }
    return reason == null ? Optional.empty() : Optional.of(new Result.NotPossible(reason));
  }
}
