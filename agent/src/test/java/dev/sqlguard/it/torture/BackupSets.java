package dev.sqlguard.it.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.Databases;
import dev.sqlguard.it.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which rows the backups of one database hold, over all of its starts. */
final class BackupSets {
  private final Path db;

  /** By what says that a file is still the same. */
  private final Map<String, Set<Long>> known = new HashMap<>();

  /** Whatever was in a good backup once. */
  private final Set<Long> ever = new HashSet<>();

  BackupSets(Path db) {
    this.db = db;
  }

  /** Rows of {@code .bak}; empty where there is none. */
  Set<Long> newest() throws Exception {
    Path file = Databases.beside(db, ".bak");
    return Files.exists(file) ? rowsOf(file) : Set.of();
  }

  /** Rows of all backups together, each of which has to be sound. */
  Set<Long> all() throws Exception {
    Set<Long> rows = new HashSet<>();
    for (String name : Databases.filesOf(db)) {
      if (name.matches(".*\\.bak(\\.keep)?(\\.\\d+)?")) {
        rows.addAll(rowsOf(db.resolveSibling(name)));
      }
    }
    return rows;
  }

  /**
   * What was in a backup once is in one still, or in the database.
   *
   * @param elsewhere rows that are still somewhere else
   */
  void assertNoneIsWorse(Set<Long> found, Set<Long> elsewhere) throws Exception {
    Set<Long> all = all();
    Set<Long> gone = new TreeSet<>(ever);
    gone.removeAll(found);
    gone.removeAll(all);
    gone.removeAll(elsewhere);
    assertTrue(gone.isEmpty(), "these were in a backup, and aren't any more: " + gone);
    ever.addAll(all);
  }

  private Set<Long> rowsOf(Path file) throws Exception {
    String identity = identity(file);
    Set<Long> rows = known.get(identity);
    if (rows == null) {
      assertEquals("ok", check(file), file.toString());
      rows = rows(file);
      known.put(identity, rows);
    }
    return rows;
  }

  private static String identity(Path file) throws IOException {
    Map<String, Object> attributes = Files.readAttributes(file, "unix:ino,size,lastModifiedTime");
    return attributes.toString();
  }

  /** The whole integrity check, by another SQLite than the application's and the guard's. */
  static String check(Path file) throws IOException {
    try (Shell shell = new Shell(file, 20_000)) {
      return shell.say("PRAGMA integrity_check");
    }
  }

  /** The numbers of all rows, each of which has to be what its number says. */
  static Set<Long> rows(Path file) throws Exception {
    Set<Long> altered = new TreeSet<>();
    Set<Long> numbers = rows(file, altered);
    assertEquals(Set.of(), altered, "these aren't what was written, in " + file);
    return numbers;
  }

  /**
   * The numbers of all rows that are what their numbers say.
   *
   * @param altered gets the others
   */
  static Set<Long> rows(Path file, Set<Long> altered) throws Exception {
    Set<Long> numbers = new HashSet<>();
    List<String> rows =
        Databases.query(file, "SELECT id || ' ' || k || ' ' || x FROM t NOT INDEXED");
    for (String row : rows) {
      long number = Long.parseLong(row.substring(0, row.indexOf(' ')));
      String expected = number + " " + NumberedRows.key(number) + " " + NumberedRows.text(number);
      (row.equals(expected) ? numbers : altered).add(number);
    }
    return numbers;
  }
}
