package dev.sqlguard.store;

import dev.sqlguard.format.ByteSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Every operation by which the guard changes files. One object, handed to whoever needs it, so that
 * a test can count, fail or stop at each operation.
 *
 * <p>Nothing here follows a symbolic link at its target, and nothing replaces a file except {@link
 * #rename}.
 */
public class Disk {
  private static final int BUFFER = 1 << 18;

  /**
   * Creates an empty file that nobody else can read.
   *
   * @throws FileAlreadyExistsException if anything has that name, a dangling symbolic link included
   */
  public void create(Path path) throws IOException {
    Files.createFile(path, ownerOnly());
  }

  /**
   * Copies into a new file that nobody else can read. Nothing is fsynced.
   *
   * @param progress is told the bytes copied so far
   * @throws FileAlreadyExistsException as {@link #create}
   */
  public void copy(FileBytes from, Path to, LongConsumer progress) throws IOException {
    create(to);
    try (RandomAccessFile out = new RandomAccessFile(to.toFile(), "rw")) {
      byte[] buffer = new byte[BUFFER];
      for (long at = 0; ; ) {
        int n = from.read(at, buffer, 0, buffer.length);
        if (n <= 0) {
          return;
        }
        out.write(buffer, 0, n);
        at += n;
        progress.accept(at);
      }
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
    try (RandomAccessFile out = new RandomAccessFile(to.toFile(), "rw")) {
      byte[] buffer = new byte[BUFFER];
      long at = 0;
      for (int n; (n = image.read(at, buffer, 0, buffer.length)) > 0; at += n) {
        out.write(buffer, 0, n);
      }
    }
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
    if (!AttributeCopy.make(model, path)) {
      delete(path);
      create(path);
      adopt(path, FileStat.ofEntry(model).orElseThrow());
    }
  }

  /** Overwrites the content of a file of ours with that of {@code from}, and fsyncs it. */
  public void overwrite(Path to, Path from) throws IOException {
    try (FileBytes source = new FileBytes(from);
        RandomAccessFile out = new RandomAccessFile(to.toFile(), "rw")) {
      byte[] buffer = new byte[BUFFER];
      long at = 0;
      for (int n; (n = source.read(at, buffer, 0, buffer.length)) > 0; at += n) {
        out.write(buffer, 0, n);
      }
      out.setLength(at);
      out.getFD().sync();
    }
  }

  /** Writes a few bytes into a file of ours. Nothing is fsynced. */
  public void patch(Path path, long position, byte... bytes) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw")) {
      out.seek(position);
      out.write(bytes);
    }
  }

  /** Writes into an open file of ours, and fsyncs it. */
  public void write(RandomAccessFile file, long position, byte[] bytes) throws IOException {
    file.seek(position);
    file.write(bytes);
    file.getFD().sync();
  }

  /** fsync of a file's content. */
  public void sync(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.getFD().sync();
    }
  }

  /** fsync of a directory: the names in it are on disk. Does nothing where the platform can't. */
  public void syncDirectory(Path directory) throws IOException {
    if (!Platform.HAS_UNIX_ATTRIBUTES) {
      return;
    }
    Uninterrupted.run(
        () -> {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
          return null;
        });
  }

  /** rename(2): atomic, replaces {@code to}. */
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * A second name for a file.
   *
   * @return false where the file system has no links, or permissions forbid this one
   * @throws FileAlreadyExistsException if the name is taken
   */
  public boolean tryLink(Path existing, Path name) throws IOException {
    try {
      Files.createLink(name, existing);
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
   * @throws IOException where the name leads to anything but an ordinary file: that isn't ours
   */
  public void delete(Path path) throws IOException {
    Optional<FileStat> entry = FileStat.ofEntry(path);
    if (entry.isPresent() && !entry.get().regular()) {
      throw new IOException(path + " is not an ordinary file");
    }
    Files.deleteIfExists(path);
  }

  /** Sets owner, group and mode as far as this process may. See {@link Ownership}. */
  public void adopt(Path path, FileStat model) throws IOException {
    Ownership.adopt(path, model);
  }

  /** Takes permissions away that {@code model} doesn't have. See {@link Ownership}. */
  public void narrow(Path path, FileStat model) throws IOException {
    Ownership.narrow(path, model);
  }

  /** Gives the permissions of {@code model}, more ones included. See {@link Ownership}. */
  public void follow(Path path, FileStat model) throws IOException {
    Ownership.follow(path, model);
  }

  private static FileAttribute<?>[] ownerOnly() {
    return Platform.HAS_UNIX_ATTRIBUTES
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
