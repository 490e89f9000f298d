package dev.sqlguard.repair;

import dev.sqlguard.backup.Catalog;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.Errors;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
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
   * @param file the backup; a copy of it where this JVM has it open
   * @param origin for people: its name and age
   */
  public record Found(Path file, String origin, Contents contents, boolean wal) {}

  private final Catalog catalog;
  private final Path copy;
  private final Verifier verifier;
  private final Disk disk;
  private final Parked parked;
  private final Set<Path> unsound = new HashSet<>();
  private Optional<Found> found;

  /**
   * @param copy where one may be copied to
   */
  public NewestBackup(Catalog catalog, Path copy, Verifier verifier, Disk disk, Parked parked) {
    this.catalog = catalog;
    this.copy = copy;
    this.verifier = verifier;
    this.disk = disk;
    this.parked = parked;
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
      boolean inUse = FileUsers.inThisProcess(FileUsers.ids(List.of(entry.file()))) > 0;
      try {
        Verdict verdict = verify(entry, inUse);
        Judges.requireTold(verdict);
        if (verdict instanceof Healthy healthy) {
          boolean wal = entry.record().wal();
          Path file = inUse ? copy : entry.file();
          return Optional.of(new Found(file, origin, healthy.contents(), wal));
        }
        if (verdict instanceof Damaged) {
          unsound.add(entry.file());
        }
        passedOver.add(origin + " doesn't pass the check itself");
      } catch (IOException e) {
        if (inUse) {
          throw new IOException(origin + " is open in this JVM: " + Errors.text(e), e);
        }
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

  /**
   * On a copy: SQLite may write to what it checks. That of one that this JVM has open stays: to
   * read the backup itself again would take the application's locks away.
   */
  private Verdict verify(Catalog.Entry entry, boolean inUse) throws IOException {
    boolean stays = false;
    try {
      Space.require(copy.getParent(), entry.record().size());
      copy(entry.file(), inUse);
      boolean intact = catalog.isIntact(copy, entry.record());
      Verdict verdict = intact ? verifier.verify(copy, Verifier.Depth.FULL) : changed(entry);
      if (inUse && !(intact && catalog.isIntact(copy, entry.record()))) {
        throw new IOException("what was read of it isn't what the guard made");
      }
      stays = inUse && verdict instanceof Healthy;
      return verdict;
    } finally {
      for (Path side : SideFiles.of(copy).all()) {
        disk.delete(side);
      }
      if (!stays) {
        disk.delete(copy);
      }
    }
  }

  private void copy(Path backup, boolean inUse) throws IOException {
    if (!inUse) {
      disk.copyDurably(backup, copy);
      return;
    }
    try (LiveFile live = LiveFile.withoutLock(backup, disk, parked)) {
      disk.copy(live.bytes(), copy, done -> {});
    }
    disk.sync(copy);
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
