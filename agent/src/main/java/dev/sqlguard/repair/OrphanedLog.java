package dev.sqlguard.repair;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A WAL with rows that SQLite is about to drop: its main file is missing or empty, so that SQLite
 * will delete it, or a frame in front of them is broken, so that SQLite will overwrite them. Its
 * copy counts as the only carrier of its rows. It stands among the evidence, beside a copy of the
 * main file, or an empty file where there is none.
 */
public final class OrphanedLog {
  /**
   * What was copied.
   *
   * @param deleted older evidence that had to go
   */
  public record Kept(Path file, List<Path> deleted) {}

  private final Path main;
  private final Evidence evidence;
  private final Disk disk;

  public OrphanedLog(Path main, Evidence evidence, Disk disk) {
    this.main = main;
    this.evidence = evidence;
    this.disk = disk;
  }

  /**
   * Copies the side files. The copies get the name of evidence only when they are complete and
   * known: a file that an interrupted run left there would be taken for somebody else's.
   */
  public Kept keep() throws IOException {
    EvidenceFiles files = evidence.files();
    Path staged = files.staged();
    Optional<FileStat> original = FileStat.ofEntry(main);
    files.delete(staged);
    Space.require(main.getParent(), size(main) + size(SideFiles.of(main).wal()));
    try {
      if (original.isPresent() && original.get().size() > 0) {
        evidence.sides().copyLive(main, staged);
      } else {
        disk.create(staged);
      }
      if (original.isPresent()) {
        disk.adopt(staged, original.get());
      }
      evidence.sides().copyTo(staged);
      disk.syncDirectory(main.getParent());
      evidence.recordOnlyCarrier(staged);
    } catch (IOException e) {
      discard(staged, e);
      throw e;
    }
    return place(staged);
  }

  int onlyCarriers() throws IOException {
    return evidence.onlyCarriers();
  }

  private void discard(Path staged, IOException reason) {
    try {
      evidence.files().delete(staged);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /**
   * Finishes a copy that an interrupted run has completed, or clears it away.
   *
   * @return the copy, where it was completed
   */
  public Optional<Kept> settle() throws IOException {
    Path staged = evidence.files().staged();
    if (evidence.isOurs(staged)) {
      // Whoever recorded it may have been killed before that was on disk.
      evidence.recordOnlyCarrier(staged);
      return Optional.of(place(staged));
    }
    evidence.files().clear(staged);
    return Optional.empty();
  }

  /** Gives the staged copy its name; repeatable from every step. */
  private Kept place(Path staged) throws IOException {
    Optional<Path> begun = evidence.numbers().otherNameOf(staged);
    Path kept = begun.isPresent() ? begun.get() : evidence.makeRoom();
    if (begun.isPresent()) {
      evidence.files().finishMove(staged, kept);
    } else {
      evidence.files().move(staged, kept);
    }
    disk.syncDirectory(main.getParent());
    return new Kept(kept, evidence.trim(kept));
  }

  private static long size(Path file) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(file);
    return stat.isPresent() ? stat.get().size() : 0;
  }
}
