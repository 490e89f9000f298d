package dev.sqlguard.repair;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How much evidence is kept: what is identical once, damaged originals up to a number. Of an
 * original whose rows in quarantine are nowhere else, the quarantine and the report stay beyond
 * that number, and an empty file in its place. They are small, and hold only what is in no other.
 */
final class EvidenceLimit {
  private final EvidenceFiles files;
  private final EvidenceRecords records;
  private final StateFile state;
  private final Disk disk;
  private final int kept;

  /**
   * @param kept how many originals to keep, at least 1
   */
  EvidenceLimit(
      EvidenceFiles files, EvidenceRecords records, StateFile state, Disk disk, int kept) {
    this.files = files;
    this.records = records;
    this.state = state;
    this.disk = disk;
    this.kept = kept;
  }

  /**
   * Deletes older ones of ours that hold the same bytes as {@code newest}, then the oldest damaged
   * originals beyond the number that is kept. A WAL without its main file doesn't count among them:
   * what may be the only carrier of its rows isn't ours to delete.
   *
   * @return the originals that were deleted for good, to be announced
   */
  List<Path> trim(Path newest) throws IOException {
    List<Path> originals = new ArrayList<>();
    for (Path name : records.oldestFirst()) {
      if (!name.equals(newest) && records.isEmptied(name)) {
        trimEmptied(name, newest);
      } else if (!name.equals(newest) && isHollow(name)) {
        files.delete(name);
      } else if (!name.equals(newest) && isReplaceableBy(newest, name) && areSame(newest, name)) {
        files.delete(name);
      } else if (!name.equals(newest) && !records.isOnlyCarrier(name)) {
        originals.add(name);
      }
    }
    int others = records.isOnlyCarrier(newest) ? kept : kept - 1;
    List<Path> deleted = new ArrayList<>();
    for (Path oldest : originals.subList(0, Math.max(0, originals.size() - others))) {
      if (!records.hasQuarantine(oldest)) {
        files.delete(oldest);
        deleted.add(oldest);
      } else if (empty(oldest)) {
        deleted.add(oldest);
      }
    }
    return deleted;
  }

  /** What holds rows that may be nowhere else gives way only to what holds such rows too. */
  private boolean isReplaceableBy(Path newest, Path name) throws IOException {
    return !hasRowsOfItsOwn(name) || hasRowsOfItsOwn(newest);
  }

  private boolean hasRowsOfItsOwn(Path name) throws IOException {
    return records.isOnlyCarrier(name) || records.hasQuarantine(name);
  }

  /** An interrupted deletion of a copied log took all but the empty file that it stood beside. */
  private static boolean isHollow(Path name) throws IOException {
    for (Path companion : EvidenceFiles.beside(name)) {
      if (FileStat.ofEntry(companion).isPresent()) {
        return false;
      }
    }
    Optional<FileStat> stat = FileStat.ofEntry(name);
    return stat.isPresent() && stat.get().size() == 0;
  }

  private void trimEmptied(Path name, Path newest) throws IOException {
    if (records.hasQuarantine(name)
        && isSame(EvidenceFiles.quarantineOf(newest), EvidenceFiles.quarantineOf(name))) {
      files.delete(name);
    } else {
      deleteSides(name);
    }
  }

  /**
   * Deletes an original, and keeps its number, report and quarantine. A crash leaves the original
   * or the empty file, either of them known.
   *
   * @return false where that isn't possible now: on a full disk the original stays
   */
  private boolean empty(Path name) throws IOException {
    Path empty = files.empty();
    try {
      disk.delete(empty);
      disk.create(empty);
      disk.adopt(empty, FileStat.ofEntry(name).orElseThrow());
      disk.sync(empty);
      records.addEmptied(empty);
      state.save(disk);
      disk.rename(empty, name);
    } catch (IOException e) {
      disk.clear(empty);
      return false;
    }
    disk.syncDirectory(name.getParent());
    deleteSides(name);
    disk.syncDirectory(name.getParent());
    return true;
  }

  private void deleteSides(Path name) throws IOException {
    for (Path side : SideFiles.of(name).all()) {
      disk.delete(side);
    }
  }

  private static boolean areSame(Path a, Path b) throws IOException {
    SideFiles left = SideFiles.of(a);
    SideFiles right = SideFiles.of(b);
    return isSame(a, b)
        && isSame(left.wal(), right.wal())
        && isSame(left.journal(), right.journal());
  }

  /** Whether both are missing, or hold the same bytes. */
  private static boolean isSame(Path a, Path b) throws IOException {
    boolean exists = FileStat.ofEntry(a).isPresent();
    if (exists != FileStat.ofEntry(b).isPresent()) {
      return false;
    }
    if (!exists) {
      return true;
    }
    try (FileBytes left = new FileBytes(a);
        FileBytes right = new FileBytes(b)) {
      return left.hasSameBytesAs(right);
    }
  }
}
