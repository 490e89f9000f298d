package dev.sqlguard.guard;

import dev.sqlguard.backup.Catalog;
import dev.sqlguard.backup.KeptBackups;
import dev.sqlguard.repair.NewestBackup;
import dev.sqlguard.verify.Contents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The newest backup, where it has more than what a repair is about to install. A repair may lack
 * rows that nothing tells of: they were in a log that is destroyed. The next start would find it
 * healthy, and put its copy in the place of that backup. So the backup is kept before.
 */
final class RicherBackup {
  /**
   * What became of it.
   *
   * @param isSafe whether its rows can't get lost by the installation
   * @param note for people; empty where there is no such backup
   */
  record Result(boolean isSafe, Optional<String> note) {}

  private final NewestBackup newest;
  private final KeptBackups kept;

  RicherBackup(NewestBackup newest, KeptBackups kept) {
    this.newest = newest;
    this.kept = kept;
  }

  /** Keeps it, on disk, if it has more rows of any table than {@code candidate}. */
  Result keep(Contents candidate) throws IOException {
    Optional<Catalog.Entry> backup = newest.presumed();
    if (backup.isEmpty() || !backup.get().record().hasMoreThan(candidate)) {
      return new Result(true, Optional.empty());
    }
    String more = Wording.ofMore(backup.get().file(), backup.get().record(), candidate);
    KeptBackups.Result result = kept.keep(backup.get().file());
    if (result instanceof KeptBackups.Result.NoPlace taken) {
      return new Result(false, Optional.of(more + ", " + Wording.of(taken)));
    }
    if (result instanceof KeptBackups.Result.Kept now) {
      return new Result(true, Optional.of(more + ", and is " + Wording.of(now)));
    }
    Optional<Path> already = ((KeptBackups.Result.NothingToDo) result).kept();
    return new Result(true, already.map(file -> more + ", and is kept as " + file));
  }
}
