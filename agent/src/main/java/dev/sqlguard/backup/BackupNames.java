package dev.sqlguard.backup;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The names of the guard's files for one database.
 *
 * @param directory where backups lie
 * @param stem how their names begin
 */
public record BackupNames(Path directory, String stem) {
  /** No more slots than this are ever looked for. */
  public static final int MOST_SLOTS = 99;

  /** How many backups are kept out of the rotation's reach. */
  static final int MOST_KEPT = 4;

  private static final String STATE = ".sqlguard";

  /** As long as any end of a name: of SQLite's journal beside what a repair begins with. */
  private static final String LONGEST = STATE + "-repaired-schema-journal";

  private static final String KEEP = ".keep";

  private static final List<String> KEPT = List.of(".bak", ".corrupt");

  /** What is told of evidence. */
  public static final String REPORT = ".report.json";

  /** Rows of evidence that can't be trusted. */
  public static final String QUARANTINE = ".quarantine.db";

  /** What is offered in the place of a damaged database, and not installed. */
  public static final String SALVAGED = ".salvaged";

  /** In use where somebody else's file stands in a slot of the ordinary series. */
  private static final String SECOND_SERIES = STATE;

  /** Beside the database. */
  public static BackupNames beside(Path main) {
    return new BackupNames(main.getParent(), main.getFileName().toString());
  }

  /** In a directory for many databases: the names carry a hash of the real path. */
  public static BackupNames in(Path directory, Path main) {
    return new BackupNames(directory, main.getFileName() + "-" + hash(main));
  }

  /** Eight hexadecimal digits that tell databases with one name from each other. */
  public static String hash(Path main) {
    CRC32C hash = new CRC32C();
    hash.update(main.toString().getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(hash.getValue() | 1L << 32).substring(1);
  }

  /** The series of slots, in the order in which they are tried. */
  public List<Series> series() {
    return List.of(new Series(this, ""), new Series(this, SECOND_SERIES));
  }

  /** Where a copy stands until it is verified and complete. */
  public Path staged() {
    return named(STATE + "-staged");
  }

  /** A private copy for looking at something; never worth keeping. */
  public Path scratch() {
    return named(STATE + "-scratch");
  }

  /** The damaged files as they are: while there is one, a repair is under way. */
  public Path damaged() {
    return named(STATE + "-damaged");
  }

  /** What a repair makes. */
  public Path repaired() {
    return named(STATE + "-repaired");
  }

  /** Rows that a repair doesn't trust. */
  public Path quarantine() {
    return named(STATE + "-quarantine");
  }

  /** A second name of a backup, until it becomes {@code .bak.keep}. */
  Path stagedLink() {
    return named(STATE + "-keep");
  }

  /** The state file. */
  public Path state() {
    return named(STATE);
  }

  /** Whether the file system has no room for the longest of them. */
  public boolean areTooLong() throws IOException {
    try {
      FileStat.ofEntry(named(LONGEST));
      return false;
    } catch (IOException e) {
      // Where it isn't about the name, another one fails as well.
      FileStat.ofEntry(directory.resolve("a"));
      return true;
    }
  }

  private Path named(String suffix) {
    return directory.resolve(stem + suffix);
  }

  /** Whether the name is one of a state file or of work in progress. */
  public boolean isWorkFile(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(stem + STATE)
        && isEndOfWorkFile(name.substring((stem + STATE).length()));
  }

  /**
   * The stem of the database that {@code file} belongs to, if its name is one that the guard gives;
   * whether the guard really made it is another question.
   */
  public static Optional<String> stemOf(Path file) {
    String name = file.getFileName().toString();
    int state = name.lastIndexOf(STATE);
    if (state > 0 && isEndOfWorkFile(name.substring(state + STATE.length()))) {
      return Optional.of(name.substring(0, state));
    }
    if (name.endsWith(SALVAGED) && name.length() > SALVAGED.length()) {
      return Optional.of(name.substring(0, name.length() - SALVAGED.length()));
    }
    for (String word : KEPT) {
      int at = name.lastIndexOf(word);
      if (at > 0 && isEndOfKeptFile(name.substring(at + word.length()))) {
        String stem = name.substring(0, at);
        return Optional.of(
            stem.endsWith(STATE) ? stem.substring(0, stem.length() - STATE.length()) : stem);
      }
    }
    return Optional.empty();
  }

  private static boolean isEndOfWorkFile(String end) {
    return end.isEmpty() || end.startsWith("-");
  }

  private static boolean isEndOfKeptFile(String suffix) {
    String end = withoutCompanion(suffix);
    if (end.startsWith(KEEP)) {
      return isNumber(end.substring(KEEP.length()));
    }
    int at = end.startsWith(".") ? 1 : 0;
    while (at > 0 && at < end.length() && Character.isDigit(end.charAt(at))) {
      at++;
    }
    String rest = end.substring(at);
    return at != 1 && (rest.isEmpty() || SideFiles.SUFFIXES.contains(rest));
  }

  private static String withoutCompanion(String end) {
    for (String companion : List.of(REPORT, QUARANTINE)) {
      if (end.endsWith(companion)) {
        return end.substring(0, end.length() - companion.length());
      }
    }
    return end;
  }

  /** Nothing at all, or a dot and digits. */
  private static boolean isNumber(String end) {
    int at = 1;
    while (at < end.length() && Character.isDigit(end.charAt(at))) {
      at++;
    }
    return end.isEmpty() || end.startsWith(".") && at > 1 && at == end.length();
  }

  /** {@code .bak}, {@code .bak.1} … and {@code .bak.keep}, {@code .bak.keep.1} … */
  public record Series(BackupNames names, String infix) {
    /** Slot 0 is the newest. */
    public Path slot(int number) {
      return names.named(infix + ".bak" + numbered(number));
    }

    /** Of backups that are never rotated; a number says nothing about their order. */
    public Path keep(int number) {
      return names.named(infix + ".bak" + KEEP + numbered(number));
    }

    private static String numbered(int number) {
      return number == 0 ? "" : "." + number;
    }

    /** All names of backups that are never rotated. */
    public List<Path> keeps() {
      List<Path> keeps = new ArrayList<>();
      for (int i = 0; i < MOST_KEPT; i++) {
        keeps.add(keep(i));
      }
      return keeps;
    }

    /** All slots up to {@code count}. */
    public List<Path> slots(int count) {
      List<Path> slots = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        slots.add(slot(i));
      }
      return slots;
    }
  }
}
