package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file under one of the names that the guard gives to work in progress: that of the database, or
 * what stands for it in a directory of backups, and {@code .sqlguard-…}. Somebody may have put a
 * file of his own there, and a directory's permissions may let it be deleted.
 *
 * <p>A guard can have made it where its owner is this process's account, root, or the owner of the
 * database or of its state file, and where its mode is one that a new file of the guard's has, or
 * that it gets from the database. The state file counts too because a guard of another account made
 * it, and because a database in another directory isn't found by the name.
 */
final class WorkFile {
  private static final String WORK = ".sqlguard-";
  private static final String STATE = ".sqlguard";
  private static final String EVIDENCE = ".corrupt";

  /** Work that has a second name for a moment. */
  private static final List<String> LINKED = List.of("keep", "evidence", "install", "part");

  private static final int PERMISSIONS = 0777;
  private static final int NEW = 0600;
  private static final int ROOT = 0;
  private static final Path SELF = Path.of("/proc/self");

  private final Path path;
  private final FileStat file;
  private final int end;

  private WorkFile(Path path, FileStat file) {
    this.path = path;
    this.file = file;
    this.end = path.getFileName().toString().lastIndexOf(WORK);
  }

  /** Where the state file stands that a name of work in progress, or of evidence, belongs to. */
  static Optional<Path> stateFileOf(Path path) {
    String name = path.getFileName().toString();
    int at = Math.max(name.lastIndexOf(WORK), name.lastIndexOf(EVIDENCE));
    return at > 0
        ? Optional.of(path.resolveSibling(name.substring(0, at) + STATE))
        : Optional.empty();
  }

  /**
   * Whether a file has such a name, and no guard can have made it.
   *
   * @param file what stands there
   */
  static boolean isForeign(Path path, FileStat file) throws IOException {
    return new WorkFile(path, file).isForeign();
  }

  private boolean isForeign() throws IOException {
    if (end <= 0 || file.mode() < 0) {
      return false;
    }
    String work = path.getFileName().toString().substring(end + WORK.length());
    if (file.links() > 1 && !LINKED.contains(work)) {
      return true;
    }
    List<FileStat> models = models();
    return !hasModeOf(models) || !hasOwnerOf(models) && !isOwnersOrRoots();
  }

  /** Whose owners and modes it may have. */
  private List<FileStat> models() throws IOException {
    String stem = path.getFileName().toString().substring(0, end);
    List<FileStat> models = new ArrayList<>();
    FileStat.ofEntry(path.resolveSibling(stem)).ifPresent(models::add);
    FileStat.ofEntry(path.resolveSibling(stem + STATE)).ifPresent(models::add);
    if (models.isEmpty()) {
      // The output of a command: some file systems give all files one owner and one mode.
      FileStat.of(path.toAbsolutePath().getParent()).ifPresent(models::add);
    }
    return models;
  }

  private boolean hasModeOf(List<FileStat> models) {
    int mode = file.mode() & PERMISSIONS;
    boolean writable = (mode & NEW) == NEW;
    int widest = NEW;
    for (FileStat model : models) {
      writable |= (model.mode() & NEW) == (mode & NEW);
      widest |= model.mode() & PERMISSIONS;
    }
    return writable && (mode & ~widest) == 0;
  }

  private boolean hasOwnerOf(List<FileStat> models) {
    for (FileStat model : models) {
      if (model.owner() == file.owner()) {
        return true;
      }
    }
    return false;
  }

  private boolean isOwnersOrRoots() throws IOException {
    if (file.owner() == ROOT) {
      return true;
    }
    Optional<ProcessCredentials> self = ProcessCredentials.of(SELF);
    return self.isEmpty() || self.get().user() == file.owner();
  }
}
