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
import java.nio.file.NoSuchFileException;
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
  private static final int MOST_ATTEMPTS = 100;

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
    for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      Path directory = disk.makeTemporaryDirectory(prefix);
      Optional<RandomAccessFile> lock = Optional.empty();
      try {
        disk.create(directory.resolve(LOCK));
        lock = tryLock(directory, disk);
      } catch (NoSuchFileException e) {
        // Another check took it for one that a killed process had left.
      } finally {
        if (lock.isEmpty()) {
          delete(directory, disk);
        }
      }
      if (lock.isPresent()) {
        TemporaryCopy copy = new TemporaryCopy(directory, lock.get(), disk);
        boolean usable = false;
        try {
          copy.deleteLeftOnes(prefix);
          usable = true;
        } finally {
          if (!usable) {
            copy.close();
          }
        }
        return copy;
      }
    }
    throw new IOException("other checks take every directory away");
  }

  /** Where the copy is to be made. */
  Path file() {
    return directory.resolve(COPY);
  }

  /** What can't be deleted now is left to the next check. */
  @Override
  public void close() throws IOException {
    try (lock) {
      delete(directory, disk);
    } catch (IOException e) {
      // The verdict stands.
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
          || !Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      if (FileStat.ofEntry(other.resolve(LOCK)).isEmpty()) {
        disk.deleteDirectory(other);
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

  /** The lock goes last: a directory without one goes only if it is empty. */
  private static void delete(Path place, Disk disk) throws IOException {
    Path copy = place.resolve(COPY);
    for (Path side : SideFiles.of(copy).all()) {
      disk.delete(side);
    }
    disk.delete(copy);
    disk.delete(place.resolve(LOCK));
    disk.deleteDirectory(place);
  }

  /** Empty where somebody has it, or has deleted it. */
  private static Optional<RandomAccessFile> tryLock(Path place, Disk disk) throws IOException {
    Path name = place.resolve(LOCK);
    return Uninterrupted.run(
        () -> {
          if (FileStat.ofEntry(name).isEmpty()) {
            return Optional.empty();
          }
          RandomAccessFile file = disk.open(name);
          boolean locked = false;
          try {
            locked = disk.tryLock(name, file) && FileStat.ofEntry(name).isPresent();
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
