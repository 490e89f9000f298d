package dev.sqlguard.store;

import dev.sqlguard.format.ByteSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * Every operation by which the guard changes files, made of {@link Syscalls}. One object, handed to
 * whoever needs it.
 *
 * <p>Nothing here follows a symbolic link at its target, and nothing replaces a file except {@link
 * #rename}.
 */
public class Disk {
  private static final int BUFFER = 1 << 18;

  private final Syscalls calls;

  /** Files that are being written to the disk, until they are fsynced or gone. */
  private final Map<Path, WriteOut> ahead = new ConcurrentHashMap<>();

  public Disk() {
    this(new Syscalls());
  }

  public Disk(Syscalls calls) {
    this.calls = calls;
  }

  /** The same disk for one visit, as long as its lease lasts. */
  public Disk under(Lease lease) {
    return new Disk(lease.limit(calls));
  }

  /** Whether nothing is to be changed any more, nor anything said: the application has gone on. */
  public boolean isRevoked() {
    return calls.isRevoked();
  }

  /** Throws where {@link #isRevoked}: between steps that change no file and take long. */
  public void require() {
    calls.require();
  }

  /** Begins steps that aren't to be cut off in the middle: see {@link Lease}. */
  public void enterSection() {
    if (!calls.enter()) {
      calls.require();
    }
  }

  /** Ends them. */
  public void exitSection() {
    calls.exit();
  }

  /** For those in this room who hold a file open. */
  Syscalls calls() {
    return calls;
  }

  /**
   * Creates an empty file that nobody else can read.
   *
   * @throws FileAlreadyExistsException if anything has that name, a dangling symbolic link included
   */
  public void create(Path path) throws IOException {
    calls.create(path);
    ahead.remove(path);
  }

  /** A directory of our own in {@code java.io.tmpdir} that nobody else can enter. */
  public Path makeTemporaryDirectory(String prefix) throws IOException {
    return calls.makeTemporaryDirectory(prefix);
  }

  /**
   * Opens a file of ours, which exists, for reading and writing.
   *
   * @throws IOException also where the name leads to anything but that file
   */
  public RandomAccessFile open(Path path) throws IOException {
    return OpenedFile.of(calls, path, true).file();
  }

  /** Writes into an open file of ours, all of it. Nothing is fsynced. */
  public void write(
      Path path, RandomAccessFile file, long position, byte[] bytes, int offset, int length)
      throws IOException {
    calls.write(path, file, position, bytes, offset, length);
  }

  /**
   * The same without the zeros behind the end of the file, so that what has holes is no larger on
   * disk than what it is a copy of. The caller gives the file its length when all is written.
   */
  public void writeLeavingHoles(
      Path path, RandomAccessFile file, long position, byte[] bytes, int offset, int length)
      throws IOException {
    // Over what is there zeros have to be written.
    int within = (int) Math.max(0, Math.min(length, file.length() - position));
    int done = within + Holes.content(position + within, bytes, offset + within, length - within);
    if (done > 0) {
      calls.write(path, file, position, bytes, offset, done);
    }
    while (done < length) {
      done += Holes.zeros(position + done, bytes, offset + done, length - done);
      int content = Holes.content(position + done, bytes, offset + done, length - done);
      if (content > 0) {
        calls.write(path, file, position + done, bytes, offset + done, content);
      }
      done += content;
    }
  }

  /**
   * Locks a whole open file of ours against other processes, without waiting.
   *
   * @return false where another process has a lock on it
   * @throws java.nio.channels.OverlappingFileLockException where this JVM has one
   */
  public boolean tryLock(Path path, RandomAccessFile file) throws IOException {
    return calls.tryLock(path, file, 0, Long.MAX_VALUE) != null;
  }

  /** Makes an open file of ours shorter, or longer with zeros. Nothing is fsynced. */
  public void truncate(Path path, RandomAccessFile file, long length) throws IOException {
    calls.truncate(path, file, length);
  }

  /**
   * Copies into a new file that nobody else can read. Nothing is fsynced.
   *
   * @param progress is told the bytes copied so far
   * @throws FileAlreadyExistsException as {@link #create}
   */
  public void copy(FileBytes from, Path to, LongConsumer progress) throws IOException {
    create(to);
    try (RandomAccessFile out = open(to)) {
      writeAll(from, to, out, progress);
    }
  }

  /**
   * Writes an image, which need not be what one file holds, into a new file that nobody else can
   * read. Nothing is fsynced.
   *
   * @throws FileAlreadyExistsException as {@link #create}
   */
  public void copyImage(ByteSource image, Path to) throws IOException {
    create(to);
    try (RandomAccessFile out = open(to)) {
      writeAll(image, to, out, done -> {});
    }
  }

  /**
   * Leaves what is behind the end of that, if anything is.
   *
   * @return how many bytes that were
   */
  private long writeAll(ByteSource from, Path to, RandomAccessFile out, LongConsumer progress)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    long at = 0;
    for (int n; (n = from.read(at, buffer, 0, buffer.length)) > 0; ) {
      writeLeavingHoles(to, out, at, buffer, 0, n);
      at += n;
      progress.accept(at);
    }
    if (out.length() < at) {
      calls.truncate(to, out, at);
    }
    return at;
  }

  /** Copies a file that nobody has open into a new one, and fsyncs it. */
  public void copyDurably(Path from, Path to) throws IOException {
    try (FileBytes source = new FileBytes(from)) {
      copy(source, to, done -> {});
    }
    sync(to);
  }

  /**
   * Creates an empty file with the owner, mode and extended attributes of {@code model} (an access
   * control list is one of them). Where something can't be kept it is left out: the caller
   * compares. This process doesn't open {@code model}. See {@link AttributeCopy}.
   */
  public void createLike(Path model, Path path) throws IOException {
    create(path);
    if (!calls.copyAttributes(model, path)) {
      delete(path);
      create(path);
      adopt(path, FileStat.ofEntry(model).orElseThrow());
    }
  }

  /** Overwrites the content of a file of ours with that of {@code from}, and fsyncs it. */
  public void overwrite(Path to, Path from) throws IOException {
    try (FileBytes source = new FileBytes(from);
        RandomAccessFile out = open(to)) {
      long size = writeAll(source, to, out, done -> {});
      calls.truncate(to, out, size);
      sync(to, out);
    }
  }

  /** Writes a few bytes into a file of ours. Nothing is fsynced. */
  public void patch(Path path, long position, byte... bytes) throws IOException {
    try (RandomAccessFile out = open(path)) {
      calls.write(path, out, position, bytes, 0, bytes.length);
    }
  }

  /**
   * fsync of an open file of ours.
   *
   * @throws IOException also where {@link #startWriting} met with an error, which the kernel
   *     doesn't say twice
   */
  public void sync(Path path, RandomAccessFile file) throws IOException {
    WriteOut begun = ahead.get(path);
    if (begun != null) {
      begun.await();
    }
    calls.sync(path, file);
    ahead.remove(path);
  }

  /** Writes into an open file of ours, and fsyncs it. */
  public void writeDurably(Path path, RandomAccessFile file, long position, byte[] bytes)
      throws IOException {
    calls.write(path, file, position, bytes, 0, bytes.length);
    sync(path, file);
  }

  /**
   * Has the kernel begin to write a file of ours to the disk, without waiting for it: when it is
   * fsynced later, less is left to do. What goes wrong is said then.
   */
  public void startWriting(Path path) throws IOException {
    if (path.toFile().length() >= calls.worthAThread()) {
      ahead.put(path, calls.startWriting(path, open(path)));
    }
  }

  /** fsync of a file's content. */
  public void sync(Path path) throws IOException {
    try (RandomAccessFile file = open(path)) {
      sync(path, file);
    }
  }

  /** fsync of a directory: the names in it are on disk. Does nothing where the platform can't. */
  public void syncDirectory(Path directory) throws IOException {
    if (Platform.HAS_UNIX_ATTRIBUTES) {
      calls.syncDirectory(directory);
    }
  }

  /** rename(2): atomic, replaces {@code to}. */
  public void rename(Path from, Path to) throws IOException {
    calls.rename(from, to);
  }

  /**
   * As {@link #rename}, where {@code to} is a file of ours that nobody uses, if it exists. The
   * kernel takes long to free the blocks of a large one (90 ms for 193 MB on ext4), and does so
   * when the last descriptor of it is closed: a thread that nobody waits for does that.
   */
  public void replace(Path from, Path to) throws IOException {
    RandomAccessFile old = openIfLarge(to);
    try {
      calls.rename(from, to);
    } finally {
      if (old != null) {
        calls.closeAside(to, old);
      }
    }
  }

  /**
   * Null where the kernel has nothing much to free, where the room is needed at once, or where the
   * file can't be opened. Where files can't be replaced while they are open it isn't, either.
   */
  private RandomAccessFile openIfLarge(Path path) throws IOException {
    Optional<FileStat> stat =
        Platform.HAS_UNIX_ATTRIBUTES ? FileStat.ofEntry(path) : Optional.empty();
    if (stat.isEmpty()
        || !stat.get().regular()
        || stat.get().links() != 1
        || stat.get().size() < calls.worthAThread()
        || path.toFile().getUsableSpace() < stat.get().size()) {
      return null;
    }
    try {
      return calls.open(path, false);
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * A second name for a file.
   *
   * @return false where the file system has no links, or permissions forbid this one
   * @throws FileAlreadyExistsException if the name is taken
   */
  public boolean tryLink(Path existing, Path name) throws IOException {
    try {
      calls.link(existing, name);
      return true;
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | IOException e) {
      return false;
    }
  }

  /**
   * Unlinks a file; does nothing where it is gone already.
   *
   * @throws IOException where the name leads to anything but an ordinary file, or is one for work
   *     in progress, and no guard can have made what stands there (see {@link WorkFile}): that
   *     isn't ours
   */
  public void delete(Path path) throws IOException {
    Optional<FileStat> entry = FileStat.ofEntry(path);
    if (entry.isEmpty()) {
      return;
    }
    if (!entry.get().regular()) {
      throw new IOException(path + " is not an ordinary file");
    }
    if (WorkFile.isForeign(path, entry.get())) {
      throw new IOException(path + " isn't the guard's; move it away");
    }
    calls.unlink(path);
    ahead.remove(path);
  }

  /**
   * Unlinks what an interrupted run may have left under a name that isn't needed now. What isn't
   * ours stays, and nothing is said.
   */
  public void clear(Path path) throws IOException {
    if (isOurs(path)) {
      calls.unlink(path);
    }
  }

  /** Whether there is a file that {@link #delete} would unlink. */
  public boolean isOurs(Path path) throws IOException {
    Optional<FileStat> entry = FileStat.ofEntry(path);
    return entry.isPresent() && entry.get().regular() && !WorkFile.isForeign(path, entry.get());
  }

  /** Removes an empty directory of ours. */
  public void deleteDirectory(Path directory) throws IOException {
    calls.unlink(directory);
  }

  /** Sets owner, group and mode as far as this process may. See {@link Ownership}. */
  public void adopt(Path path, FileStat model) throws IOException {
    new Ownership(calls).adopt(path, model);
  }

  /** Takes permissions away that {@code model} doesn't have. See {@link Ownership}. */
  public void narrow(Path path, FileStat model) throws IOException {
    new Ownership(calls).narrow(path, model);
  }

  /**
   * Gives a state file the permissions of its database, more ones included. See {@link Ownership}
   * and {@link AccessLists}.
   *
   * @param stat of {@code database}
   */
  public void follow(Path state, Path database, FileStat stat) throws IOException {
    FileStat model =
        Ownership.wouldWiden(state, stat)
            ? AccessLists.modelFor(database, stat, state.getParent())
            : stat;
    new Ownership(calls).follow(state, model);
  }
}
