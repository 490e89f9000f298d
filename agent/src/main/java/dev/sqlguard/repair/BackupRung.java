package dev.sqlguard.repair;

import dev.sqlguard.backup.Catalog;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.LeafCells;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.NotEnoughSpaceException;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import dev.sqlguard.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The newest backup that passes a full check now and lacks no row that can still be read.
 *
 * <p>Where the newest one that passes lacks rows, nothing older is offered either, however many
 * rows it has: it is of an earlier time, and rows are only counted, so that updates and deletions
 * since would be taken back unseen.
 */
public final class BackupRung implements Rung {
  private final Catalog catalog;
  private final Verifier verifier;
  private final Disk disk;

  public BackupRung(Catalog catalog, Verifier verifier, Disk disk) {
    this.catalog = catalog;
    this.verifier = verifier;
    this.disk = disk;
  }

  @Override
  public Optional<Candidate> attempt(Damaged damage, List<String> passedOver) throws IOException {
    for (Catalog.Entry entry : catalog.entries()) {
      String origin = describe(entry);
      try {
        if (FileUsers.inThisProcess(FileUsers.ids(List.of(entry.file()))) > 0) {
          passedOver.add(origin + " is open in this JVM");
        } else if (verify(entry) instanceof Healthy healthy) {
          return offer(entry, origin, healthy.contents(), damage, passedOver);
        } else {
          passedOver.add(origin + " doesn't pass the check itself");
        }
      } catch (NotEnoughSpaceException e) {
        throw e;
      } catch (IOException e) {
        passedOver.add(origin + " can't be read: " + e.getMessage());
      }
    }
    for (Path stranger : catalog.strangers()) {
      passedOver.add(stranger.getFileName() + " isn't what the guard made");
    }
    return Optional.empty();
  }

  private static Optional<Candidate> offer(
      Catalog.Entry entry,
      String origin,
      Contents contents,
      Damaged damage,
      List<String> passedOver)
      throws IOException {
    Optional<String> poorer = contents.firstTablePoorerThan(damage.readable());
    if (poorer.isPresent()) {
      passedOver.add(
          origin
              + " has fewer rows of "
              + poorer.get()
              + " than can still be read, and nothing older is taken instead");
      return Optional.empty();
    }
    if (damage.readable().tables() == 0 && leafCells(entry.file()) < damage.leafCells()) {
      passedOver.add(
          origin
              + " has less in it than the damaged file's pages still seem to hold, and nothing"
              + " older is taken instead");
      return Optional.empty();
    }
    return Optional.of(new Candidate(entry.file(), origin, contents, entry.record().wal()));
  }

  private static long leafCells(Path backup) throws IOException {
    try (FileBytes bytes = new FileBytes(backup)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      return header.isPresent() ? LeafCells.count(bytes, header.get().pageSize()) : 0;
    }
  }

  /** On a copy: SQLite may write to what it checks. */
  private Verdict verify(Catalog.Entry entry) throws IOException {
    Path copy = catalog.names().scratch();
    try {
      Space.require(catalog.names().directory(), entry.record().size());
      disk.copyDurably(entry.file(), copy);
      return catalog.isIntact(copy, entry.record())
          ? verifier.verify(copy, Verifier.Depth.FULL)
          : new CannotTell(Verdict.Cause.OTHER, "its bytes have changed");
    } finally {
      for (Path side : SideFiles.of(copy).all()) {
        disk.delete(side);
      }
      disk.delete(copy);
    }
  }

  private static String describe(Catalog.Entry entry) {
    long age = System.currentTimeMillis() - entry.record().madeAt();
    return entry.file().getFileName() + " (" + Age.text(age) + " old)";
  }
}
