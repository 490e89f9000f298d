package dev.sqlguard.backup;

import dev.sqlguard.format.Replay;
import dev.sqlguard.format.WalImage;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.IntegrityCheck;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Makes one file of a private copy and the copy of its log, as a checkpoint does: the newest
 * committed frame of each page is written into the file, which gets the size that the last commit
 * says (file format, section 4.4).
 */
public final class FoldedLog {
  private static final int BUFFER = 1 << 18;

  private FoldedLog() {}

  /**
   * Folds what lies beside {@code copy} into it. What has to be rolled back, or isn't plainly the
   * log of this file, is left to SQLite.
   *
   * @param index what processes knew of the log that have used it
   * @return what is odd about the log; empty where none was looked at
   */
  public static Optional<LogOddities> make(Path copy, Optional<SeenIndex> index, Disk disk)
      throws IOException {
    SideFiles beside = SideFiles.of(copy);
    if (hasContent(beside.journal())) {
      if (isHot(beside.journal())) {
        return Optional.empty();
      }
      disk.delete(beside.journal());
    }
    if (!hasContent(beside.wal())) {
      return Optional.empty();
    }
    Optional<LogOddities> oddities;
    try (FileBytes main = new FileBytes(copy);
        FileBytes wal = new FileBytes(beside.wal())) {
      WalImage image = WalImage.over(main, wal, Replay.STRICT);
      oddities = Optional.of(LogOddities.of(main, image, index));
      if (image.pageSize().isEmpty()
          || !IntegrityCheck.isPlausible(image.size(), main.size() + wal.size())) {
        return oddities;
      }
      fold(image, copy, disk);
    }
    disk.delete(beside.wal());
    return oddities;
  }

  private static void fold(WalImage image, Path copy, Disk disk) throws IOException {
    int pageSize = image.pageSize().getAsInt();
    byte[] run = new byte[Math.max(BUFFER, pageSize)];
    try (RandomAccessFile out = disk.open(copy)) {
      long page = image.nextReplaced(1);
      while (page != 0) {
        int pages = 1;
        while ((pages + 1) * pageSize <= run.length
            && image.nextReplaced(page + pages) == page + pages) {
          pages++;
        }
        long at = (page - 1) * pageSize;
        int length = image.read(at, run, 0, pages * pageSize);
        disk.writeLeavingHoles(copy, out, at, run, 0, length);
        page = image.nextReplaced(page + pages);
      }
      disk.truncate(copy, out, image.size());
    }
  }

  static boolean hasContent(Path side) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(side);
    return stat.isPresent() && stat.get().size() > 0;
  }

  /** In journal mode PERSIST a journal that is over stays, with zeros for a header. */
  static boolean isHot(Path journal) throws IOException {
    byte[] first = new byte[1];
    try (FileBytes bytes = new FileBytes(journal)) {
      return bytes.read(0, first, 0, 1) == 1 && first[0] != 0;
    }
  }
}
