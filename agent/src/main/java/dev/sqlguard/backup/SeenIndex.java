package dev.sqlguard.backup;

import dev.sqlguard.format.WalIndexHeader;
import dev.sqlguard.store.BootTime;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * What the {@code -shm} file of a database says that nobody has open.
 *
 * @param modified when the file was changed
 */
public record SeenIndex(WalIndexHeader header, FileTime modified) {

  /**
   * Reads it, if nobody in this process has it open. Empty where it can't be read or isn't valid.
   */
  public static Optional<SeenIndex> of(Path shm, Disk disk, Parked parked) {
    try {
      Optional<FileStat> stat = FileStat.ofEntry(shm);
      if (stat.isEmpty() || !stat.get().regular() || stat.get().size() < WalIndexHeader.SIZE) {
        return Optional.empty();
      }
      byte[] bytes = new byte[WalIndexHeader.SIZE];
      try (LiveFile live = LiveFile.withoutLock(shm, disk, parked)) {
        if (live.bytes().read(0, bytes, 0, bytes.length) < bytes.length) {
          return Optional.empty();
        }
      }
      Optional<WalIndexHeader> header = WalIndexHeader.parse(bytes);
      return header.isPresent()
          ? Optional.of(new SeenIndex(header.get(), stat.get().modified()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether it was written since the machine was started, so that everything that was written to
   * the log before it is still there. After a loss of power it may be newer than the log.
   */
  boolean isOfThisBoot() {
    return BootTime.isBefore(modified);
  }
}
