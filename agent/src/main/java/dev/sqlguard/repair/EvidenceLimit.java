package dev.sqlguard.repair;

import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How much evidence is kept: what is identical once, damaged originals up to a number. */
final class EvidenceLimit {
  private final EvidenceFiles files;
  private final EvidenceRecords records;
  private final int kept;

  /**
   * @param kept how many originals to keep, at least 1
   */
  EvidenceLimit(EvidenceFiles files, EvidenceRecords records, int kept) {
    this.files = files;
    this.records = records;
    this.kept = kept;
  }

  /**
   * Deletes older ones of ours that hold the same bytes as {@code newest}, then the oldest damaged
   * originals beyond the number that is kept. A WAL without its main file doesn't count among them:
   * what may be the only carrier of its rows isn't ours to delete.
   *
   * @return what was deleted for good, to be announced
   */
  List<Path> trim(Path newest) throws IOException {
    boolean newestIsOnlyCarrier = records.isOnlyCarrier(newest);
    List<Path> originals = new ArrayList<>();
    for (int i = 0; i < EvidenceFiles.MOST; i++) {
      Path name = files.name(i);
      if (records.isOurs(name)) {
        boolean onlyCarrier = records.isOnlyCarrier(name);
        boolean replaceable = newestIsOnlyCarrier || !onlyCarrier;
        if (replaceable && !name.equals(newest) && areSame(newest, name)) {
          files.delete(name);
        } else if (!onlyCarrier) {
          originals.add(name);
        }
      }
    }
    List<Path> deleted = new ArrayList<>();
    while (originals.size() > kept) {
      Path oldest = originals.remove(originals.size() - 1);
      files.delete(oldest);
      deleted.add(oldest);
    }
    return deleted;
  }

  private static boolean areSame(Path a, Path b) throws IOException {
    SideFiles left = SideFiles.of(a);
    SideFiles right = SideFiles.of(b);
    return isSame(a, b)
        && isSame(left.wal(), right.wal())
        && isSame(left.journal(), right.journal());
  }

  /** Whether both are missing, or hold the same bytes. */
  static boolean isSame(Path a, Path b) throws IOException {
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
