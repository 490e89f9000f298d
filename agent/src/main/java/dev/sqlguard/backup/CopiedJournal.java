package dev.sqlguard.backup;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.SuperJournalRecord;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What goes beside a private copy for a rollback journal. It never names a super-journal: SQLite
 * would follow the name from the copy to a file that is none of the copy's, and may delete it. What
 * SQLite would have learned from that file is settled here.
 */
public final class CopiedJournal {
  private CopiedJournal() {}

  /**
   * Copies it into a new file, unless its transaction has committed and nothing is to be rolled
   * back. The super-journal is only looked at with stat.
   */
  public static void write(ByteSource journal, Path copy, Disk disk) throws IOException {
    Optional<ByteSource> image = of(journal);
    if (image.isPresent()) {
      disk.copyImage(image.get(), copy);
    }
  }

  /** Whether what was written to {@code copy} is what would be written now. */
  public static boolean isIn(Path copy, ByteSource journal) throws IOException {
    Optional<ByteSource> image = of(journal);
    if (image.isEmpty() || FileStat.ofEntry(copy).isEmpty()) {
      return image.isEmpty() && FileStat.ofEntry(copy).isEmpty();
    }
    try (FileBytes copied = new FileBytes(copy)) {
      return copied.hasSameBytesAs(image.get());
    }
  }

  private static Optional<ByteSource> of(ByteSource journal) throws IOException {
    Optional<String> superJournal = SuperJournalRecord.name(journal);
    return superJournal.isPresent() && !exists(superJournal.get())
        ? Optional.empty()
        : Optional.of(SuperJournalRecord.hidden(journal));
  }

  /** As SQLite sees it: an empty file is none, and neither is one that can't be reached. */
  private static boolean exists(String name) {
    try {
      Optional<FileStat> stat = FileStat.of(Path.of(name));
      return stat.isPresent() && (!stat.get().regular() || stat.get().size() > 0);
    } catch (InvalidPathException e) {
      // This platform has no such path, so nobody can tell; to roll back is what a journal is for.
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
