package dev.sqlguard.repair;

import dev.sqlguard.backup.Catalog;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.Errors;
import dev.sqlguard.store.FileUsers;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The newest backup that passes a full check now; looked for once. */
public final class NewestBackup {
  /**
   * What was found.
   *
   * @param origin for people: its name and age
   */
  public record Found(Path file, String origin, Contents contents, boolean wal) {}

  private final Catalog catalog;
  private final Verifier verifier;
  private final Disk disk;
  private final Set<Path> unsound = new HashSet<>();
  private Optional<Found> found;

  public NewestBackup(Catalog catalog, Verifier verifier, Disk disk) {
    this.catalog = catalog;
    this.verifier = verifier;
    this.disk = disk;
  }

  /**
   * @param passedOver gets, the first time, a line for each one that could have served but mustn't
   */
  Optional<Found> find(List<String> passedOver) throws IOException {
    if (found == null) {
      found = search(passedOver);
    }
    return found;
  }

  /** The newest one, whether it could serve or not, that isn't known to be damaged itself. */
  public Optional<Catalog.Entry> presumed() throws IOException {
    for (Catalog.Entry entry : catalog.entries()) {
      if (!unsound.contains(entry.file())) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  private Optional<Found> search(List<String> passedOver) throws IOException {
    for (Catalog.Entry entry : catalog.entries()) {
      String origin = describe(entry);
      try {
        if (FileUsers.inThisProcess(FileUsers.ids(List.of(entry.file()))) > 0) {
          passedOver.add(origin + " is open in this JVM");
          continue;
        }
        Verdict verdict = verify(entry);
        Judges.requireTold(verdict);
        if (verdict instanceof Healthy healthy) {
          boolean wal = entry.record().wal();
          return Optional.of(new Found(entry.file(), origin, healthy.contents(), wal));
        }
        if (verdict instanceof Damaged) {
          unsound.add(entry.file());
        }
        passedOver.add(origin + " doesn't pass the check itself");
      } catch (IOException e) {
        if (isReadable(entry)) {
          // Then it was the copy that couldn't be made: the next backup would be an older state.
          throw e;
        }
        passedOver.add(origin + " can't be read: " + Errors.text(e));
      }
    }
    for (Path stranger : catalog.strangers()) {
      passedOver.add(stranger.getFileName() + " isn't what the guard made");
    }
    return Optional.empty();
  }

  private boolean isReadable(Catalog.Entry entry) {
    try {
      catalog.isIntact(entry.file(), entry.record());
      return true;
    } catch (IOException e) {
      return false;
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
          : changed(entry);
    } finally {
      for (Path side : SideFiles.of(copy).all()) {
        disk.delete(side);
      }
      disk.delete(copy);
    }
  }

  private Verdict changed(Catalog.Entry entry) {
    unsound.add(entry.file());
    return new CannotTell(Verdict.Cause.OTHER, "its bytes have changed");
  }

  private static String describe(Catalog.Entry entry) {
    long age = System.currentTimeMillis() - entry.record().madeAt();
    return entry.file().getFileName() + " (" + Age.text(age) + " old)";
  }
}
