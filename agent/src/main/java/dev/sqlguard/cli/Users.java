package dev.sqlguard.cli;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.Platform;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Who has a database open. */
final class Users {
  private Users() {}

  /**
   * By descriptors where the platform shows them, and by SQLite's locks where they can be tried.
   */
  static Optional<String> of(Path main) throws IOException {
    FileStat stat = FileStat.ofEntry(main).orElseThrow();
    Optional<String> user =
        Platform.HAS_PROC
            ? FileUsers.inOtherProcesses(FileUsers.ids(SideFiles.of(main)), stat)
            : Optional.empty();
    if (user.isPresent() || !Files.isWritable(main)) {
      return user;
    }
    Optional<LiveFile> free = LiveFile.tryExclusive(main, new Disk(), new Parked());
    if (free.isEmpty()) {
      return Optional.of("another process has it locked");
    }
    free.get().close();
    return Optional.empty();
  }
}
