package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.BackupRecord;
import dev.sqlguard.backup.Origin;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.store.Boot;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a start may rely on a {@link Seal}: any doubt means a full check. */
final class SealCheck {
  private final Settings settings;
  private final Advisories advisories;
  private final Disk disk;
  private final Parked parked;

  SealCheck(Settings settings, Advisories advisories, Disk disk, Parked parked) {
    this.settings = settings;
    this.advisories = advisories;
    this.disk = disk;
    this.parked = parked;
  }

  /**
   * The check that still tells what the database is; empty where it has to be checked.
   *
   * @param workplace that of the database, with everything settled
   */
  Optional<FullCheck> recall(Path main, Seal seal, ApplicationDriver driver, Workplace workplace) {
    try {
      Optional<Origin> now = Origin.of(main);
      if (now.isEmpty()
          || now.get().hasSideContent()
          || !seal.isIntact(now.get().main(), Boot.id())
          || !seal.isRecent(System.currentTimeMillis(), settings.fullCheckEvery())
          || driver.isKeyed()
          || !isBackedUp(seal, workplace)) {
        return Optional.empty();
      }
      Optional<DatabaseHeader> header = header(now.get());
      if (header.isEmpty() || !now.get().isUnchanged()) {
        return Optional.empty();
      }
      advisories.examined(main, driver, header.get().isWal(), false);
      Optional<String> backup =
          seal.backup().isEmpty() ? Optional.empty() : Optional.of(seal.backup());
      return Optional.of(new FullCheck(seal.checkedAt(), now.get().main(), backup));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether the newest backup holds what was sealed, so that there is none to be made. It isn't
   * read: the full check that comes due reads it, too.
   */
  private boolean isBackedUp(Seal seal, Workplace workplace) throws IOException {
    if (settings.backups() == 0) {
      return true;
    }
    Optional<BackupNames.Series> series = workplace.rotation().freeSeries();
    if (series.isEmpty()) {
      return false;
    }
    Optional<BackupRecord> newest = workplace.catalog().identify(series.get().slot(0));
    return newest.isPresent() && newest.get().hash().equals(seal.backup());
  }

  /** Empty where it doesn't fit the file, or can't be read because somebody uses the file. */
  private Optional<DatabaseHeader> header(Origin origin) throws IOException {
    if (!Platform.HAS_PROC || FileUsers.inThisProcess(FileUsers.ids(origin.files())) > 0) {
      return Optional.empty();
    }
    Optional<LiveFile> opened = LiveFile.tryExclusive(origin.files().main(), disk, parked);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (LiveFile live = opened.get()) {
      FileBytes bytes = live.bytes();
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      return header.isPresent() && header.get().describes(bytes.size()) ? header : Optional.empty();
    }
  }
}
