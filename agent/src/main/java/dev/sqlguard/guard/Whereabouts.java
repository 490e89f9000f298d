package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.Catalog;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateFiles;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the newest backup lies. A later start may have another {@code backup-dir}, or one that
 * isn't mounted: then the directory itself can't tell of backups. So the state file beside the
 * database does. It knows of one place only, since whatever lies in others is older.
 */
final class Whereabouts {
  private static final String KIND = "newest-backup";
  private static final String DIRECTORY = "directory";

  /** In place of a directory: its own names tell backups beside the database from others there. */
  private static final String BESIDE = "";

  private final Path main;
  private final StateFile home;
  private final Catalog here;
  private final StateFiles stateFiles;
  private final Disk disk;

  /**
   * @param home the state file beside the database, or that of {@code here} where there is none
   * @param here where this start puts backups
   */
  Whereabouts(Path main, StateFile home, Catalog here, StateFiles stateFiles, Disk disk) {
    this.main = main;
    this.home = home;
    this.here = here;
    this.stateFiles = stateFiles;
    this.disk = disk;
  }

  /** Whether nothing else is known than that the newest backup is, or will be, here. */
  boolean isHere() {
    Optional<String> known = known();
    return known.isPresent() ? known.get().equals(textOfHere()) : isHereAlone() || isBeside();
  }

  /**
   * The newest backup is here, or is about to be; on disk. What can't be remembered is no reason to
   * go without a backup: the next start tries again.
   */
  void remember() {
    if (isHere() || isHereAlone()) {
      return;
    }
    List<StateLine> before = home.lines(KIND);
    home.put(KIND, List.of(StateLine.of(KIND, DIRECTORY, textOfHere())));
    try {
      if (home.room() >= 0) {
        home.save(disk);
        return;
      }
    } catch (IOException e) {
      // As where there is no room.
    }
    home.put(KIND, before);
  }

  /** The same, where backups are here already and nothing is known of any. */
  void rememberFirst() {
    if (known().isEmpty() && here.hasRecords()) {
      remember();
    }
  }

  /** The backups there; empty where there are some that can't be looked at now. */
  Optional<Catalog> newest() {
    Optional<String> known = known();
    if (known.isEmpty()) {
      Catalog beside = beside();
      boolean elsewhere = !here.hasRecords() && !isHereAlone() && beside.hasRecords();
      return Optional.of(elsewhere ? beside : here);
    }
    if (known.get().equals(textOfHere())) {
      return here.hasRecords() ? Optional.of(here) : Optional.empty();
    }
    return known.get().equals(BESIDE) ? Optional.of(beside()) : elsewhere(known.get());
  }

  /** The directory, for people. */
  String text() {
    String known = known().orElse(textOfHere());
    return known.equals(BESIDE) ? main.getParent().toString() : known;
  }

  /** Empty where nothing is remembered. */
  private Optional<String> known() {
    List<StateLine> lines = isHereAlone() ? List.of() : home.lines(KIND);
    return lines.size() == 1 ? Optional.of(lines.get(0).text(DIRECTORY)) : Optional.empty();
  }

  private String textOfHere() {
    return isBeside() ? BESIDE : here.names().directory().toString();
  }

  private boolean isBeside() {
    return here.names().equals(BackupNames.beside(main));
  }

  /** Nothing can be written beside the database: nobody will repair it, either. */
  private boolean isHereAlone() {
    return !home.path().equals(BackupNames.beside(main).state());
  }

  private Catalog beside() {
    return isBeside() ? here : new Catalog(home, BackupNames.beside(main), disk);
  }

  /** Without its lock: whoever moves backups of this database has {@link #home} locked, too. */
  private Optional<Catalog> elsewhere(String directory) {
    try {
      BackupNames names = BackupNames.in(Path.of(directory), main);
      Optional<FileStat> database = FileStat.ofEntry(main);
      if (database.isEmpty()) {
        return Optional.empty();
      }
      StateFile state = stateFiles.peekTrusted(names.state(), database.get(), disk);
      Catalog catalog = new Catalog(state, names, disk);
      return catalog.hasRecords() ? Optional.of(catalog) : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }
}
