package dev.sqlguard.repair;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The order of evidence: the newest comes first, and older ones move up. */
final class EvidenceNumbers {
  private final Path main;
  private final EvidenceFiles files;
  private final EvidenceRecords records;
  private final Disk disk;

  EvidenceNumbers(Path main, EvidenceFiles files, EvidenceRecords records, Disk disk) {
    this.main = main;
    this.files = files;
    this.records = records;
    this.disk = disk;
  }

  /**
   * The name for the next one. Older ones of ours move up to make room; where {@code .corrupt} is
   * somebody else's file, the first free number is taken and nothing moves.
   */
  Path makeRoom() throws IOException {
    finishInterruptedMove();
    if (files.isFree(files.name(0))) {
      return files.name(0);
    }
    int free = 1;
    while (free < EvidenceFiles.MOST && !files.isFree(files.name(free))) {
      free++;
    }
    if (free == EvidenceFiles.MOST) {
      throw new IOException("no name is left for evidence of " + main);
    }
    for (int i = 0; i < free; i++) {
      if (!records.isOurs(files.name(i))) {
        return files.name(free);
      }
    }
    for (int i = free; i > 0; i--) {
      files.move(files.name(i - 1), files.name(i));
    }
    disk.syncDirectory(main.getParent());
    return files.name(0);
  }

  private void finishInterruptedMove() throws IOException {
    for (int i = 0; i < EvidenceFiles.MOST && !files.isFree(files.name(i)); i++) {
      Optional<FileStat> from = FileStat.ofEntry(files.name(i));
      Optional<FileStat> to = FileStat.ofEntry(files.name(i + 1));
      if (from.isPresent() && to.isPresent() && from.get().id().equals(to.get().id())) {
        files.finishMove(files.name(i), files.name(i + 1));
      }
    }
  }

  /** The number under which a file stands that has two names by now. */
  Optional<Path> otherNameOf(Path file) throws IOException {
    FileStat stat = FileStat.ofEntry(file).orElseThrow();
    for (int i = 0; stat.links() > 1 && i < EvidenceFiles.MOST; i++) {
      Optional<FileStat> other = FileStat.ofEntry(files.name(i));
      if (other.isPresent() && other.get().id().equals(stat.id())) {
        return Optional.of(files.name(i));
      }
    }
    return Optional.empty();
  }
}
