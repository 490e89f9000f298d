package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sqlguard.format.Replay;
import dev.sqlguard.salvage.bench.TableDump;
import dev.sqlguard.store.Disk;
import dev.sqlguard.verify.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a salvage made of a damaged file, having left it and the files beside it as they were.
 *
 * @param indexesBuilt how many SQLite filled; the others are copies
 */
record Salvaged(Path out, SalvageReport report, long indexesBuilt) {
  private static final List<String> SUFFIXES = List.of("", "-journal", "-wal", "-shm");

  static Salvaged of(Path damaged) throws IOException {
    return of(damaged, Optional.empty(), true);
  }

  static Salvaged with(Path backup, Path damaged) throws IOException {
    return of(damaged, Optional.of(backup), true);
  }

  static Salvaged of(Path damaged, Optional<Path> backup, boolean backfill) throws IOException {
    Map<String, ByteBuffer> before = files(damaged);
    Path out = damaged.resolveSibling(damaged.getFileName() + ".salvaged");
    Files.deleteIfExists(out);
    AtomicLong built = new AtomicLong();
    SalvageOptions options = new SalvageOptions(backup, backfill, Optional.empty(), true, true);
    try (DamagedFile image = DamagedFile.open(damaged, Replay.SALVAGE)) {
      Salvage salvage =
          new Salvage(
              image,
              options,
              file -> DriverManager.getConnection("jdbc:sqlite:" + file),
              (phase, done, total) -> {
                if (phase == SalvageProgress.Phase.INDEX) {
                  built.set(done);
                } else if (phase == SalvageProgress.Phase.WRITE) {
                  // Of an attempt that is written again nothing counts.
                  built.set(0);
                }
              },
              new Disk());
      return new Salvaged(out, salvage.into(out), built.get());
    } finally {
      assertEquals(before, files(damaged), "the input");
      assertFalse(Files.exists(Path.of(out + "-schema")), "scratch files");
      assertFalse(Files.exists(Path.of(out + "-rows")), "scratch files");
      assertFalse(Files.exists(Path.of(out + "-journal")), "scratch files");
    }
  }

  /** The bytes of a database and of what stands beside it, by suffix. */
  private static Map<String, ByteBuffer> files(Path database) throws IOException {
    Map<String, ByteBuffer> files = new TreeMap<>();
    for (String suffix : SUFFIXES) {
      Path file = Path.of(database + suffix);
      if (Files.exists(file)) {
        files.put(suffix, ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  TableDump dump() throws SQLException {
    return TableDump.of(out);
  }

  /** The rows of a table, each as {@link TableDump} writes it. */
  List<String> rows(String table) throws SQLException {
    return dump().tables().get(table);
  }

  /** The rows in quarantine. */
  List<String> quarantined() throws SQLException {
    List<String> rows = new ArrayList<>();
    dump()
        .tables()
        .forEach(
            (table, quarantined) -> {
              if (isQuarantine(table)) {
                rows.addAll(quarantined);
              }
            });
    return rows;
  }

  static boolean isQuarantine(String table) {
    return table.startsWith("lost_and_found");
  }

  TableOutcome outcome(String table) {
    return report.tables().stream().filter(t -> t.name().equals(table)).findFirst().orElseThrow();
  }

  /** What the newest SQLite finds, broken constraints left out. */
  List<String> findings() throws SQLException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + out)) {
      return findings(db);
    }
  }

  static List<String> findings(Connection db) throws SQLException {
    List<String> findings = new ArrayList<>();
    for (String line : WrittenDatabase.text(db, "PRAGMA integrity_check(1000)").split("\n")) {
      boolean headline = line.equals("ok") || line.isEmpty() || line.startsWith("*** in database");
      if (!headline && Finding.ofRows(line).kind() != Finding.Kind.CONSTRAINT) {
        findings.add(line);
      }
    }
    return findings;
  }
}
