package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Giving a file of ours the owner, group and mode of the database that it belongs to. */
final class Ownership {
  private static final int GROUP_BITS = 070;
  private static final int RWX = 0777;

  private Ownership() {}

  /**
   * Sets owner and group where this process may, then the mode; where the group can't be kept, the
   * mode's group bits go, so that the copy is never readable by more people than the original.
   */
  static void adopt(Path path, FileStat model) throws IOException {
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
    boolean sameGroup = FileStat.ofEntry(path).orElseThrow().group() == model.group();
    int mode = model.mode() & RWX & (sameGroup ? RWX : ~GROUP_BITS);
    Files.setAttribute(path, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
  }

  private static void set(Path path, String attribute, int value) {
    try {
      Files.setAttribute(path, attribute, value, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      // Only root may give files away; the mode is narrowed instead.
    }
  }
}
