package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Giving a file of ours the owner, group and mode of the database that it belongs to. */
final class Ownership {
  private static final int GROUP_BITS = 070;
  private static final int OTHERS_BITS = 07;
  private static final int GROUP_SHIFT = 3;
  private static final int OWNER_SHIFT = 6;
  private static final int RWX = 0777;
  private static final int STICKY = 01000;
  private static final int ROOT = 0;
  private static final Path SELF = Path.of("/proc/self");

  private final Syscalls calls;

  Ownership(Syscalls calls) {
    this.calls = calls;
  }

  /**
   * Sets owner and group where this process may, then the mode; where the group can't be kept, the
   * mode's group bits go, so that the copy is never readable by more people than the original. Nor
   * does anybody get what he hasn't got on the database's state file: see {@link AccessLists}.
   */
  void adopt(Path path, FileStat model) throws IOException {
    if (model.mode() < 0) {
      return;
    }
    FileStat now = FileStat.ofEntry(path).orElseThrow();
    if (now.group() != model.group()) {
      set(path, "unix:gid", model.group());
    }
    if (now.owner() != model.owner()) {
      set(path, "unix:uid", model.owner());
    }
    Optional<FileStat> state = stateFileOf(path);
    FileStat shared = state.isPresent() ? model.sharedAs(state.get()) : model;
    int mode = modeLike(shared, FileStat.ofEntry(path).orElseThrow());
    calls.setAttribute(path, "unix:mode", mode);
  }

  private static Optional<FileStat> stateFileOf(Path path) throws IOException {
    Optional<Path> state = WorkFile.stateFileOf(path);
    return state.isPresent() ? FileStat.ofEntry(state.get()) : Optional.empty();
  }

  private static int modeLike(FileStat model, FileStat adopted) {
    int mode = model.mode() & RWX;
    if (adopted.group() != model.group()) {
      // The original's group counts among the others now: these get no more than it had.
      int group = mode >> GROUP_SHIFT & OTHERS_BITS;
      mode = mode & ~GROUP_BITS & (~OTHERS_BITS | group);
    }
    if (adopted.owner() != model.owner()) {
      int owner = mode >> OWNER_SHIFT & OTHERS_BITS;
      mode = mode & (~OTHERS_BITS | owner);
    }
    return mode;
  }

  /**
   * Keeps a file of ours that shows no row as accessible as its database is now, no less either:
   * whoever may write to the database has to be able to use it. Where it isn't this process's to
   * open to more people, it is narrowed.
   */
  void follow(Path path, FileStat model) throws IOException {
    Optional<FileStat> now = FileStat.ofEntry(path);
    if (model.mode() < 0 || now.isEmpty() || isLike(model, now.get())) {
      return;
    }
    if (now.get().regular() && now.get().links() == 1) {
      try {
        adopt(path, model);
        return;
      } catch (IOException e) {
        // Only its owner may.
      }
    }
    narrow(path, model);
  }

  /** Whether {@link #follow} would give permissions for group or others that a file hasn't got. */
  static boolean wouldWiden(Path path, FileStat model) throws IOException {
    Optional<FileStat> now = FileStat.ofEntry(path);
    if (now.isEmpty() || isWithin(model.mode(), now.get())) {
      return false;
    }
    Optional<ProcessCredentials> self = ProcessCredentials.of(SELF);
    return self.isEmpty()
        || self.get().user() == ROOT
        || self.get().user() == now.get().owner()
            && !isWithin(modeLike(model, now.get()), now.get());
  }

  private static boolean isWithin(int mode, FileStat file) {
    return mode < 0 || (mode & (GROUP_BITS | OTHERS_BITS) & ~file.mode()) == 0;
  }

  private static boolean isLike(FileStat model, FileStat file) {
    return file.owner() == model.owner()
        && file.group() == model.group()
        && file.mode() == (model.mode() & RWX);
  }

  /**
   * Takes from a file of ours what its database doesn't allow any more: an owner who makes a
   * database private means its copies too. Never adds anything.
   */
  void narrow(Path path, FileStat model) throws IOException {
    Optional<FileStat> now = FileStat.ofEntry(path);
    if (model.mode() < 0 || now.isEmpty() || !now.get().regular()) {
      return;
    }
    int narrowed = now.get().mode() & model.mode();
    if (narrowed != now.get().mode()) {
      calls.setAttribute(path, "unix:mode", narrowed);
    }
  }

  /**
   * Whether a file that lies in {@code directory} was put there by somebody who could as well
   * replace {@code database}. A sticky directory protects the files of its users from each other;
   * in any other one owners mean nothing.
   */
  static boolean isTrusted(FileStat file, Path directory, FileStat database) throws IOException {
    if (file.mode() < 0 || file.owner() == database.owner() || file.owner() == ROOT) {
      return true;
    }
    Optional<FileStat> place = FileStat.of(directory);
    if (place.isEmpty()
        || (place.get().mode() & STICKY) == 0
        || place.get().owner() == file.owner()) {
      return true;
    }
    Optional<ProcessCredentials> self = ProcessCredentials.of(SELF);
    return self.isEmpty() || self.get().user() == file.owner();
  }

  private void set(Path path, String attribute, int value) {
    try {
      calls.setAttribute(path, attribute, value);
    } catch (IOException e) {
      // Only root may give files away; the mode is narrowed instead.
    }
  }
}
