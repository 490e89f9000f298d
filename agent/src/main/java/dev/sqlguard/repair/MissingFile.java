package dev.sqlguard.repair;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.Platform;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The name of a database that is gone, of which side files may lie there. It is taken with an empty
 * file, which is locked, before these are deleted: an application that makes a new database under
 * that name comes before all of this, and is left alone, or after it.
 */
public final class MissingFile {
  private final Path main;
  private final Disk disk;
  private final Parked parked;

  public MissingFile(Path main, Disk disk, Parked parked) {
    this.main = main;
    this.disk = disk;
    this.parked = parked;
  }

  /**
   * Gives the name to a complete file, durably. What lies beside the name is lost: the caller has
   * copies.
   *
   * @param model whose permissions the file has
   * @throws FileAlreadyExistsException where the file isn't missing any more
   * @throws IOException where somebody uses it; nothing is changed
   */
  public void fill(Path good, FileStat model) throws IOException {
    disk.create(main);
    FileStat empty = FileStat.ofEntry(main).orElseThrow();
    try (LiveFile live = LiveFile.tryExclusive(main, disk, parked).orElse(null)) {
      requireNobody(live, model);
      for (Path side : SideFiles.of(main).all()) {
        disk.delete(side);
      }
      disk.syncDirectory(main.getParent());
      disk.rename(good, main);
      disk.syncDirectory(main.getParent());
      if (live.isUsed()) {
        // He waits for the empty file, and would write into one that has lost its name.
        live.keepOthersOut();
      }
    } finally {
      giveBack(empty);
    }
  }

  private void requireNobody(LiveFile live, FileStat model) throws IOException {
    Set<FileId> ids = FileUsers.ids(SideFiles.of(main));
    Optional<String> user =
        live == null || !live.isStillNamed()
            ? Optional.of("another process is using it")
            : Platform.HAS_PROC ? FileUsers.inOtherProcesses(ids, model) : Optional.empty();
    if (user.isPresent()) {
      throw new IOException(user.get());
    }
  }

  private void giveBack(FileStat empty) throws IOException {
    Optional<FileStat> now = FileStat.ofEntry(main);
    if (now.isPresent() && now.get().id().equals(empty.id()) && now.get().size() == 0) {
      disk.delete(main);
    }
  }
}
