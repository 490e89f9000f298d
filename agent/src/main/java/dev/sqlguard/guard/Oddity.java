package dev.sqlguard.guard;

import dev.sqlguard.backup.LogOddities;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.FileEnd;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.Sizes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is odd about the files of a healthy database: SQLite doesn't mind it, and no ordinary crash
 * leaves it.
 *
 * @param text what it is, what that means, and what to do; the database is its subject
 */
public record Oddity(Kind kind, String text) {
  /** See {@link FileEnd} and {@link LogOddities}. */
  public enum Kind {
    STRAY_BYTES,
    SHORT_PAGE,
    FOREIGN_WAL,
    CUT_WAL
  }

  /**
   * @param image one file, without a log
   * @param log of the WAL that is folded into it; empty where there was none
   */
  public static List<Oddity> of(Path image, Optional<LogOddities> log) throws IOException {
    List<Oddity> found = new ArrayList<>();
    if (log.isPresent()) {
      addOfLog(log.get(), found);
    }
    try (FileBytes bytes = new FileBytes(image)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      if (header.isPresent()
          && header.get().hasPageCount()
          && bytes.size() != header.get().pageCount() * header.get().pageSize()) {
        addOfEnd(FileEnd.of(bytes, header.get()), found);
      }
    }
    return found;
  }

  private static void addOfLog(LogOddities log, List<Oddity> found) {
    if (log.foreign().isPresent()) {
      found.add(
          new Oddity(
              Kind.FOREIGN_WAL,
              "its WAL belongs to another database or to an older state of this one ("
                  + log.foreign().get()
                  + "), and SQLite takes its pages in all the same; checked and left as SQLite reads"
                  + " them together; compare with a backup, and move or restore a database only"
                  + " together with its WAL"));
    }
    if (log.missing() > 0) {
      found.add(
          new Oddity(
              Kind.CUT_WAL,
              "its WAL lacks its end: "
                  + log.missing()
                  + (log.missing() == 1 ? " page" : " pages")
                  + " of committed transactions are gone, which SQLite passes over in silence; left"
                  + " as it is; look for what touches the files of a database, and compare with a"
                  + " backup"));
    }
  }

  private static void addOfEnd(FileEnd end, List<Oddity> found) {
    if (end.stray() > 0) {
      found.add(
          new Oddity(
              Kind.STRAY_BYTES,
              Sizes.text(end.stray())
                  + " behind its last page are not part of it, and SQLite passes over them; left as"
                  + " they are; look for what wrote there; VACUUM removes them"));
    }
    if (end.missing() > 0) {
      found.add(
          new Oddity(
              Kind.SHORT_PAGE,
              "its file was cut: the last page lacks "
                  + Sizes.text(end.missing())
                  + ", which SQLite reads as zeros; left as it is; look for what cut it, and compare"
                  + " with a backup"));
    }
  }
}
