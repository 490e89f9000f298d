package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A database file and those that SQLite and the agent put beside it. */
record DatabaseFiles(Path database) {

  static Path logOf(Path database) {
    return database.resolveSibling(database.getFileName() + "-wal");
  }

  Path backup() {
    return beside(".bak");
  }

  Path olderBackup() {
    return beside(".bak.1");
  }

  Path evidence() {
    return beside(".corrupt");
  }

  /** The size of the write-ahead log, 0 if there is none. */
  long logSize() throws IOException {
    Path log = logOf(database);
    return Files.exists(log) ? Files.size(log) : 0;
  }

  List<String> backups() throws IOException {
    return namesStartingWith(".bak");
  }

  /** The files that the agent works on; none must outlive its work. */
  List<String> unfinished() throws IOException {
    return namesStartingWith(".sqlguard-");
  }

  private List<String> namesStartingWith(String suffix) throws IOException {
    String prefix = beside(suffix).getFileName().toString();
    try (Stream<Path> files = Files.list(database.getParent())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .sorted()
          .toList();
    }
  }

  private Path beside(String suffix) {
    return database.resolveSibling(database.getFileName() + suffix);
  }
}
