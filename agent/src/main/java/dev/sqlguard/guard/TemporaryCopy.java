package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Uninterrupted;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A place for a private copy where there is none beside the database: a directory of its own in
 * {@code java.io.tmpdir}. It is locked as long as its process lives, also for those who can't see
 * that process; so the next check of the same database knows what a kill has left, and deletes it.
 */
final class TemporaryCopy implements Closeable {
  private static final String COPY = "copy.db";
  private static final String LOCK = "lock";

  private final Path directory;
  private final RandomAccessFile lock;
  private final Disk disk;

  private TemporaryCopy(Path directory, RandomAccessFile lock, Disk disk) {
    this.directory = directory;
    this.lock = lock;
    this.disk = disk;
  }

  /** Makes the directory, and deletes those that killed processes of this account left. */
  static TemporaryCopy of(Path main, Disk disk) throws IOException {
    String prefix = "sqlguard-" + BackupNames.hash(main) + "-";
    Path directory = disk.makeTemporaryDirectory(prefix);
    Optional<RandomAccessFile> lock = Optional.empty();
    try {
      disk.create(directory.resolve(LOCK));
      lock = tryLock(directory, disk);
    } finally {
      if (lock.isEmpty()) {
        delete(directory, disk);
      }
    }
    if (lock.isEmpty()) {
      throw new IOException(directory + " is in use");
    }
    TemporaryCopy copy = new TemporaryCopy(directory, lock.get(), disk);
    copy.deleteLeftOnes(prefix);
    return copy;
  }

  /** Where the copy is to be made. */
  Path file() {
    return directory.resolve(COPY);
  }

  @Override
  public void close() throws IOException {
    try {
      delete(directory, disk);
    } finally {
      lock.close();
    }
  }

  private void deleteLeftOnes(String prefix) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory.getParent())) {
      for (Path other : all) {
        if (other.getFileName().toString().startsWith(prefix) && !other.equals(directory)) {
          deleteIfLeft(other);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // May be written to and not listed: then nobody can tidy up there.
    }
  }

  /** Another check may be deleting it too. */
  private void deleteIfLeft(Path other) {
    try {
      Optional<FileStat> stat = FileStat.ofEntry(other);
      if (stat.isEmpty()
          || stat.get().owner() != FileStat.ofEntry(directory).orElseThrow().owner()
          || !Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)
          || FileStat.ofEntry(other.resolve(LOCK)).isEmpty()) {
        return;
      }
      Optional<RandomAccessFile> left = tryLock(other, disk);
      if (left.isPresent()) {
        try (RandomAccessFile held = left.get()) {
          delete(other, disk);
        }
      }
    } catch (IOException e) {
      // The next one tries again.
    }
  }

  /** The lock goes last: a directory without one is never deleted. */
  private static void delete(Path place, Disk disk) throws IOException {
    Path copy = place.resolve(COPY);
    for (Path side : SideFiles.of(copy).all()) {
      disk.delete(side);
    }
    disk.delete(copy);
    disk.delete(place.resolve(LOCK));
    disk.deleteDirectory(place);
  }

  /** Empty where somebody has it. */
  private static Optional<RandomAccessFile> tryLock(Path place, Disk disk) throws IOException {
    return Uninterrupted.run(
        () -> {
          RandomAccessFile file = disk.open(place.resolve(LOCK));
          boolean locked = false;
          try {
            locked = disk.tryLock(place.resolve(LOCK), file);
          } catch (OverlappingFileLockException e) {
            return Optional.empty();
          } finally {
            if (!locked) {
              file.close();
            }
          }
          return locked ? Optional.of(file) : Optional.empty();
        });
  }
}
