package dev.sqlguard.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The system calls by which the guard changes files, and the one by which it locks them: each a
 * method that does this and nothing else, so that a test can count, fail, cut short or stop at
 * every single one. {@link Disk} makes whole operations of them. What only reads isn't here.
 *
 * <p>Calls on an open file are told its path too, for whoever listens, and so that what they throw
 * names it.
 */
public class Syscalls {
  /** In bytes; less is written, or freed, as fast as a thread starts. */
  private static final long WORTH_A_THREAD = 4 << 20;

  /** Whether nothing is to happen any more: see {@link Lease}. */
  protected boolean isRevoked() {
    return false;
  }

  /** Throws where nothing is to happen any more. */
  protected void require() {}

  /**
   * Begins a critical section: see {@link Lease}.
   *
   * @return false where nothing is to happen any more; there is no section then
   */
  protected boolean enter() {
    return true;
  }

  /** Ends it. */
  protected void exit() {}

  /**
   * open(2) with O_CREAT and O_EXCL: an empty file that nobody else can read.
   *
   * @throws FileAlreadyExistsException if anything has that name, a dangling symbolic link included
   */
  protected void create(Path path) throws IOException {
    Files.createFile(path, ownerOnly());
  }

  /** mkdir(2): a directory that nobody else can enter, under a name that is free. */
  protected Path makeTemporaryDirectory(String prefix) throws IOException {
    return Files.createTempDirectory(prefix);
  }

  /** open(2) of an existing file for reading and writing, or for reading alone. */
  protected RandomAccessFile open(Path path, boolean writable) throws IOException {
    return new RandomAccessFile(path.toFile(), writable ? "rw" : "r");
  }

  /** write(2), until everything is written. */
  protected void write(
      Path path, RandomAccessFile file, long position, byte[] bytes, int offset, int length)
      throws IOException {
    try {
      file.seek(position);
      file.write(bytes, offset, length);
    } catch (IOException e) {
      throw Errors.named(path, e);
    }
  }

  /** ftruncate(2): makes the file shorter, or longer with zeros. */
  protected void truncate(Path path, RandomAccessFile file, long length) throws IOException {
    try {
      file.setLength(length);
    } catch (IOException e) {
      throw Errors.named(path, e);
    }
  }

  /** fsync(2) of a file. */
  protected void sync(Path path, RandomAccessFile file) throws IOException {
    force(path, file);
  }

  private static void force(Path path, RandomAccessFile file) throws IOException {
    try {
      file.getFD().sync();
    } catch (IOException e) {
      throw Errors.named(path, e);
    }
  }

  /** From how many bytes on {@link #startWriting} and {@link #closeAside} save time. */
  protected long worthAThread() {
    return WORTH_A_THREAD;
  }

  /** fsync(2) of a file by a thread of its own, which closes it then. */
  protected WriteOut startWriting(Path path, RandomAccessFile file) {
    WriteOut work = new WriteOut(path, () -> writeOut(path, file));
    work.runsOn(aside("sqlguard-writer", work));
    return work;
  }

  /** close(2) of a file that has no name any more, by a thread that nobody waits for. */
  protected void closeAside(Path path, RandomAccessFile file) {
    aside("sqlguard-closer", () -> close(file));
  }

  /** Here and now where no thread can be made. */
  private static Thread aside(String name, Runnable task) {
    Thread thread = new GuardThread(name, task);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      task.run();
    }
    return thread;
  }

  private static void close(RandomAccessFile file) {
    try {
      file.close();
    } catch (IOException e) {
      // It was only read.
    }
  }

  private static void writeOut(Path path, RandomAccessFile file) throws IOException {
    try (file) {
      force(path, file);
    }
  }

  /** fsync(2) of a directory: the names in it are on disk. */
  protected void syncDirectory(Path directory) throws IOException {
    Uninterrupted.run(
        () -> {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          } catch (IOException e) {
            throw Errors.named(directory, e);
          }
          return null;
        });
  }

  /** rename(2): atomic, replaces {@code to}. */
  protected void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** link(2): a second name, which must be free. */
  protected void link(Path existing, Path name) throws IOException {
    Files.createLink(name, existing);
  }

  /** unlink(2), or rmdir(2) of an empty directory; does nothing where the name is free. */
  protected void unlink(Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  /**
   * chown(2) or chmod(2), not through a symbolic link.
   *
   * @param attribute {@code unix:uid}, {@code unix:gid} or {@code unix:mode}
   */
  protected void setAttribute(Path path, String attribute, int value) throws IOException {
    Files.setAttribute(path, attribute, value, LinkOption.NOFOLLOW_LINKS);
  }

  /** A child process's work: see {@link AttributeCopy#make}. Counts as one call. */
  protected boolean copyAttributes(Path from, Path to) throws IOException {
    return AttributeCopy.make(from, to);
  }

  /**
   * fcntl(2) with F_SETLK: an exclusive lock, without waiting.
   *
   * @return null where another process has one
   * @throws java.nio.channels.OverlappingFileLockException where this JVM has one
   */
  protected FileLock tryLock(Path path, RandomAccessFile file, long position, long size)
      throws IOException {
    try {
      return file.getChannel().tryLock(position, size, false);
    } catch (IOException e) {
      throw Errors.named(path, e);
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    return Platform.HAS_UNIX_ATTRIBUTES
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
