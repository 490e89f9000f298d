package dev.sqlguard.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The one descriptor of a main file that the guard holds, for as long as it copies or replaces it;
 * or, without a lock, that of a side file.
 *
 * <p>{@link #tryExclusive} keeps other processes out as SQLite does (file format, section 1.3.15;
 * os.h): it holds PENDING, without which nobody gets a lock, having made sure that nobody had one,
 * by taking all of SHARED for a moment. They get SQLITE_BUSY; and it is refused while another
 * process has a transaction or a WAL connection.
 *
 * <p>POSIX locks belong to the process and go with <em>any</em> descriptor of the file. So this
 * object is made only while no other descriptor of the file exists in the process, and {@link
 * #close} keeps the descriptor open for good where one has come into being since, or may have: when
 * the lease of the visit is revoked, the application is using the file. It is also why SHARED and
 * RESERVED aren't held for longer: whoever in this process opens the file meanwhile has locks there
 * that can't be told from ours. PENDING alone can be given back without asking: for a writer it
 * only keeps new readers away.
 */
public final class LiveFile implements Closeable {
  private static final long PENDING_BYTE = 0x40000000L;
  private static final long SHARED_FIRST = PENDING_BYTE + 2;
  private static final long SHARED_SIZE = 510;

  private final Path main;
  private final RandomAccessFile file;
  private final FileId id;
  private final Syscalls calls;
  private final Parked parked;

  /** Null where nobody is kept out. */
  private FileLock pending;

  private boolean forGood;

  private LiveFile(Path main, RandomAccessFile file, FileId id, Syscalls calls, Parked parked) {
    this.main = main;
    this.file = file;
    this.id = id;
    this.calls = calls;
    this.parked = parked;
  }

  /**
   * Tries once, without waiting. The caller has just seen that nobody else in this process has the
   * file open, and that is seen again before SHARED is let go; who opens the file within the time
   * of that look could lose his lock.
   *
   * @return empty where another process has a lock, or this one has opened the file meanwhile
   * @throws IOException where the file can't be opened for writing
   */
  public static Optional<LiveFile> tryExclusive(Path main, Disk disk, Parked parked)
      throws IOException {
    return Uninterrupted.run(
        () -> {
          LiveFile live = open(main, true, disk, parked);
          boolean keep = false;
          try {
            keep = live.isStillNamed() && live.lock();
          } finally {
            // Left to the garbage collector it would be closed at any later moment.
            if (!keep) {
              live.close();
            }
          }
          return keep ? Optional.of(live) : Optional.empty();
        });
  }

  /** For a file that this process may not write to. Nothing keeps writers away. */
  public static LiveFile withoutLock(Path main, Disk disk, Parked parked) throws IOException {
    return open(main, false, disk, parked);
  }

  private static LiveFile open(Path main, boolean writable, Disk disk, Parked parked)
      throws IOException {
    Syscalls calls = disk.calls();
    OpenedFile opened = OpenedFile.of(calls, main, writable);
    return new LiveFile(main, opened.file(), opened.id(), calls, parked);
  }

  /** The file's bytes, read through this descriptor. Not to be closed. */
  public FileBytes bytes() throws IOException {
    return new FileBytes(main, file);
  }

  /** fsync. */
  public void sync() throws IOException {
    calls.sync(main, file);
  }

  /** Whether the path still leads to this file. */
  public boolean isStillNamed() throws IOException {
    Optional<FileStat> now = FileStat.ofEntry(main);
    return now.isPresent() && now.get().id().equals(id);
  }

  /** Which file this is, whatever the path leads to by now. */
  public FileId id() {
    return id;
  }

  /** Whether this process has a descriptor of the file besides the one here. */
  public boolean isSharedWithinProcess() throws IOException {
    return FileUsers.inThisProcess(Set.of(id)) > 1;
  }

  /**
   * Whether anybody else is known to have it open, in this process or another one, whatever it is
   * called by now.
   */
  public boolean isUsed() throws IOException {
    // Of nobody's file: a process that can't be looked into doesn't count.
    FileStat nobodys = new FileStat(id, true, 0, null, null, null, 0, 0, -1, -1);
    return isSharedWithinProcess()
        || Platform.HAS_PROC && FileUsers.inOtherProcesses(Set.of(id), nobodys).isPresent();
  }

  /**
   * Keeps others out for as long as this process lives, also after {@link #close}. For a file that
   * has lost its name while somebody waited for it: he is told that it is locked until he opens the
   * database again, and commits nothing into a file that nobody will find.
   */
  public void keepOthersOut() {
    forGood = true;
  }

  @Override
  public void close() throws IOException {
    if (!calls.enter()) {
      park();
      return;
    }
    try {
      if (!forGood && isAlone()) {
        file.close();
      } else {
        park();
      }
    } finally {
      calls.exit();
    }
  }

  /** Not where this process is found to have another file open instead, either. */
  private boolean isAlone() {
    try {
      return !Platform.HAS_PROC || FileUsers.inThisProcess(Set.of(id)) == 1;
    } catch (IOException e) {
      return false;
    }
  }

  private void park() throws IOException {
    parked.keep(file);
    if (pending != null && !forGood) {
      pending.release();
    }
  }

  /**
   * Where the application has the file by now, SHARED stays what it has become: its own unlocking
   * lets it go, ours would take away what it holds.
   */
  private boolean lock() throws IOException {
    if (!calls.enter()) {
      calls.require();
    }
    try {
      pending = calls.tryLock(main, file, PENDING_BYTE, 1);
      if (pending == null) {
        return false;
      }
      FileLock shared = calls.tryLock(main, file, SHARED_FIRST, SHARED_SIZE);
      if (shared == null) {
        return false;
      }
      if (calls.isRevoked()) {
        return true;
      }
      if (isSharedWithinProcess()) {
        return false;
      }
      shared.release();
      return true;
    } catch (OverlappingFileLockException e) {
      return false;
    } finally {
      calls.exit();
    }
  }
}
