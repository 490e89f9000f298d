package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Whether this process uses a database without the locks of SQLite's default VFS: through another
 * one ({@code unix-none}, {@code unix-dotfile}). A connection with the usual ones takes itself for
 * the only one then: it folds the WAL in and starts it again under the other one, which goes on
 * writing pages to where they no longer belong.
 *
 * <p>A connection with the usual locks holds SHARED at least on the main file as long as it has a
 * WAL or a journal open (pager.c). One without them never has a {@code -shm}, which its VFS doesn't
 * know: it uses a WAL in exclusive mode only. What is idle in rollback mode has neither WAL nor
 * journal open, nor has what was only opened: about these nothing is known.
 */
public final class UnseenUse {
  /** PENDING_BYTE of SQLite's os.h. */
  public static final long FIRST_LOCK_BYTE = 0x40000000L;

  /** The end of SHARED there. */
  public static final long LAST_LOCK_BYTE = FIRST_LOCK_BYTE + 511;

  /** A transaction may end between two glances, and a long list of locks isn't read at once. */
  private static final int LOOKS = 6;

  private UnseenUse() {}

  /** False where the system doesn't tell. */
  public static boolean shows(Path main) throws IOException {
    if (!OwnLocks.areKnown()) {
      return false;
    }
    SideFiles files = SideFiles.of(main);
    for (int look = 0; look < LOOKS; look++) {
      if (!isOpen(files.wal(), files.journal()) || isOpen(files.shm()) || isLocked(main)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOpen(Path... files) throws IOException {
    return FileUsers.inThisProcess(FileUsers.ids(Set.of(files))) > 0;
  }

  private static boolean isLocked(Path main) throws IOException {
    for (FileId id : FileUsers.ids(Set.of(main))) {
      if (OwnLocks.on(id).reachInto(FIRST_LOCK_BYTE, LAST_LOCK_BYTE)) {
        return true;
      }
    }
    return false;
  }
}
