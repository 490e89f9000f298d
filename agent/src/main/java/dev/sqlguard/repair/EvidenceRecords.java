package dev.sqlguard.repair;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the state file knows of evidence: which files are the guard's, and what is only there. */
final class EvidenceRecords {
  private static final String KIND = "evidence";

  /** Marks what holds rows that nothing else may hold. */
  private static final String ONLY_CARRIER = "only-carrier";

  private final EvidenceFiles files;
  private final StateFile state;

  EvidenceRecords(EvidenceFiles files, StateFile state) {
    this.files = files;
    this.state = state;
  }

  /** Whether the guard put this file there. */
  boolean isOurs(Path name) throws IOException {
    return lineOf(name).isPresent();
  }

  /** Rows in quarantine are nowhere else. */
  boolean isOnlyCarrier(Path name) throws IOException {
    if (FileStat.ofEntry(EvidenceFiles.quarantineOf(name)).isPresent()) {
      return true;
    }
    Optional<StateLine> line = lineOf(name);
    return line.isPresent() && Boolean.parseBoolean(line.get().text(ONLY_CARRIER));
  }

  /** In memory: the caller saves the state. */
  void add(Path evidence, boolean onlyCarrier) throws IOException {
    FileStat stat = FileStat.ofEntry(evidence).orElseThrow();
    List<StateLine> lines = new ArrayList<>();
    for (int i = 0; i < EvidenceFiles.MOST; i++) {
      Optional<StateLine> line = lineOf(files.name(i));
      if (line.isPresent() && !isLineOf(line.get(), stat)) {
        lines.add(line.get());
      }
    }
    lines.add(
        StateLine.of(
            KIND,
            "inode",
            stat.id().inode(),
            "size",
            stat.size(),
            ONLY_CARRIER,
            Boolean.toString(onlyCarrier)));
    state.put(KIND, lines);
  }

  private Optional<StateLine> lineOf(Path name) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(name);
    if (stat.isPresent()) {
      for (StateLine line : state.lines(KIND)) {
        if (isLineOf(line, stat.get())) {
          return Optional.of(line);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isLineOf(StateLine line, FileStat stat) {
    return line.number("inode") == stat.id().inode() && line.number("size") == stat.size();
  }
}
