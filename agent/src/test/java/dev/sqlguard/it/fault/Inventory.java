package dev.sqlguard.it.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.Databases;
import dev.sqlguard.it.Images;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that there was of a database before a guarded start, to be found again afterwards. */
final class Inventory {
  private static final List<String> LIVE = List.of("", "-wal", "-journal");

  private final Situation situation;
  private final Path db;
  private final Path backups;
  private final List<String> rows;

  /** Hashes of the files that an application would have opened, by the end of their names. */
  private final Map<String, String> live = new LinkedHashMap<>();

  /** Rows of every backup, by the end of its name. */
  private final Map<String, List<String>> good = new LinkedHashMap<>();

  /**
   * @param backups the directory where they lie
   * @param rows what the database has to have in the end
   */
  Inventory(Situation situation, Path db, Path backups, List<String> rows) throws Exception {
    this.situation = situation;
    this.db = db;
    this.backups = backups;
    this.rows = rows;
    for (String suffix : LIVE) {
      Path file = Databases.beside(db, suffix);
      if (Files.exists(file)) {
        live.put(suffix, Images.hash(file));
      }
    }
    for (Path backup : files()) {
      if (isBackup(backup)) {
        good.put(suffixOf(backup), Databases.query(backup, Situation.ALL));
      }
    }
    assertEquals(2, good.size(), "two backups");
    if (situation != Situation.HOT_JOURNAL) {
      assertEquals(situation.isDamaged(), !isMainGood(), "it is damaged");
    }
  }

  Situation situation() {
    return situation;
  }

  Path db() {
    return db;
  }

  List<String> rows() {
    return rows;
  }

  /** The backups that are still held somewhere, by the ends of the names that they had. */
  Set<String> heldBackups() throws Exception {
    List<List<String>> held = new ArrayList<>();
    for (Path file : files()) {
      if (hasTable(file)) {
        held.add(Databases.query(file, Situation.ALL));
      }
    }
    Map<String, List<String>> found = new LinkedHashMap<>(good);
    found.values().retainAll(held);
    return found.keySet();
  }

  /**
   * Whenever the guard stops: the application's files are what they were, or the database is good
   * and they are kept; and every backup is somewhere.
   *
   * @param backupsToStay what an undisturbed start doesn't rotate away
   */
  void assertNothingIsLost(Set<String> backupsToStay, String when) throws Exception {
    if (situation.isDamaged()) {
      List<String> hashes = new ArrayList<>();
      for (Path file : files()) {
        hashes.add(Images.hash(file));
      }
      for (Map.Entry<String, String> before : live.entrySet()) {
        assertTrue(hashes.contains(before.getValue()), db + before.getKey() + " is lost " + when);
      }
    } else {
      for (Map.Entry<String, String> before : live.entrySet()) {
        Path file = Databases.beside(db, before.getKey());
        assertEquals(before.getValue(), Images.hash(file), file + " " + when);
      }
    }
    Set<String> held = heldBackups();
    assertTrue(held.containsAll(backupsToStay), "only " + held + " are held " + when);
  }

  /** After a start that nothing disturbed, whatever was before it. */
  void assertEverythingIsDone(Set<String> backupsToStay, String when) throws Exception {
    assertTrue(isMainGood(), when);
    assertEquals(1, Files.getAttribute(db, "unix:nlink"), "names of the database " + when);
    for (Path file : files()) {
      assertFalse(file.getFileName().toString().contains(".sqlguard-"), file + " " + when);
      if (isBackup(file)) {
        assertTrue(Databases.isIntact(file), file + " " + when);
      }
    }
    Set<String> held = heldBackups();
    assertTrue(held.containsAll(backupsToStay), "only " + held + " are held " + when);
    if (situation.isDamaged()) {
      for (Map.Entry<String, String> before : live.entrySet()) {
        Path kept = Databases.beside(db, ".corrupt" + before.getKey());
        assertEquals(before.getValue(), Images.hash(kept), kept + " " + when);
      }
      assertTrue(Files.exists(Databases.beside(db, ".corrupt.report.json")), when);
      assertFalse(Files.exists(Databases.beside(db, ".corrupt.1")), "kept twice " + when);
    }
    if (situation == Situation.SALVAGED) {
      Path quarantine = Databases.beside(db, ".corrupt.quarantine.db");
      String count = "SELECT count(*) FROM lost_and_found";
      assertEquals(List.of("1"), Databases.query(quarantine, count), when);
    }
  }

  /** Byte for byte what it was, with all that SQLite needs beside it. */
  boolean isUntouched() throws Exception {
    for (String suffix : LIVE) {
      Path file = Databases.beside(db, suffix);
      String now = Files.exists(file) ? Images.hash(file) : null;
      if (!java.util.Objects.equals(live.get(suffix), now)) {
        return false;
      }
    }
    return true;
  }

  boolean isMainGood() throws Exception {
    return Databases.isIntact(db) && Databases.query(db, Situation.ALL).equals(rows);
  }

  private List<Path> files() throws Exception {
    List<Path> found = new ArrayList<>();
    for (Path directory : new HashSet<>(List.of(db.getParent(), backups))) {
      try (var files = Files.newDirectoryStream(directory, db.getFileName() + "*")) {
        files.forEach(found::add);
      }
    }
    return found;
  }

  private boolean isBackup(Path file) {
    return suffixOf(file).startsWith(".bak");
  }

  /** Working files and the state file are no databases, or not such ones. */
  private static boolean hasTable(Path file) throws Exception {
    return Databases.isIntact(file)
        && Databases.query(file, "SELECT name FROM sqlite_schema").contains("t");
  }

  /** Without the name of the database, and the hash that it has in a directory for many. */
  private String suffixOf(Path file) {
    String name = file.getFileName().toString().substring(db.getFileName().toString().length());
    return name.replaceFirst("^-[0-9a-f]{8}", "");
  }
}
