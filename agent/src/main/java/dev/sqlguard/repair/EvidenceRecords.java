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

  /** Marks an empty file in the place of an original that had to go. */
  private static final String EMPTIED = "emptied";

  private static final String INODE = "inode";
  private static final String SIZE = "size";
  private static final String MODIFIED = "modified";
  private static final String QUARANTINE_INODE = "quarantine-inode";
  private static final String QUARANTINE_SIZE = "quarantine-size";
  private static final String QUARANTINE_MODIFIED = "quarantine-modified";

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

  /** All evidence of ours, in the order in which it was recorded. */
  List<Path> oldestFirst() throws IOException {
    List<Path> found = new ArrayList<>();
    for (StateLine line : state.lines(KIND)) {
      Optional<Path> name = nameOf(line);
      if (name.isPresent() && !found.contains(name.get())) {
        found.add(name.get());
      }
    }
    return found;
  }

  /**
   * Whether rows are there that may be nowhere else, so that it must not go. Of an original with
   * rows in quarantine that holds as long as the quarantine isn't known to be what was put there.
   */
  boolean isOnlyCarrier(Path name) throws IOException {
    Optional<StateLine> line = lineOf(name);
    return line.isPresent() && Boolean.parseBoolean(line.get().text(ONLY_CARRIER))
        || hasQuarantine(name) && !hasWholeQuarantine(name);
  }

  /** Whether rows of it are in quarantine. */
  boolean hasQuarantine(Path name) throws IOException {
    return FileStat.ofEntry(EvidenceFiles.quarantineOf(name)).isPresent();
  }

  private boolean hasWholeQuarantine(Path name) throws IOException {
    Optional<StateLine> line = lineOf(name);
    Optional<FileStat> quarantine = FileStat.ofEntry(EvidenceFiles.quarantineOf(name));
    return line.isPresent()
        && quarantine.isPresent()
        && line.get().number(QUARANTINE_INODE) == quarantine.get().id().inode()
        && line.get().number(QUARANTINE_SIZE) == quarantine.get().size()
        && line.get().number(QUARANTINE_MODIFIED) == quarantine.get().modified().toMillis();
  }

  /** Whether only an empty file is left of the original, which had to go. */
  boolean isEmptied(Path name) throws IOException {
    Optional<StateLine> line = lineOf(name);
    return line.isPresent() && Boolean.parseBoolean(line.get().text(EMPTIED));
  }

  /**
   * In memory: the caller saves the state. A quarantine beside it is taken for complete.
   *
   * @param onlyCarrier whether it holds rows that nothing else may hold
   */
  void add(Path evidence, boolean onlyCarrier) throws IOException {
    Optional<FileStat> quarantine = FileStat.ofEntry(EvidenceFiles.quarantineOf(evidence));
    List<Object> more = new ArrayList<>(List.of(ONLY_CARRIER, onlyCarrier));
    if (quarantine.isPresent()) {
      more.addAll(
          List.of(
              QUARANTINE_INODE,
              quarantine.get().id().inode(),
              QUARANTINE_SIZE,
              quarantine.get().size(),
              QUARANTINE_MODIFIED,
              quarantine.get().modified().toMillis()));
    }
    add(evidence, more);
  }

  /** In memory: an empty file that is about to take the place of an original. */
  void addEmptied(Path empty) throws IOException {
    add(empty, List.of(ONLY_CARRIER, true, EMPTIED, true));
  }

  private void add(Path evidence, List<Object> more) throws IOException {
    FileStat stat = FileStat.ofEntry(evidence).orElseThrow();
    List<StateLine> lines = new ArrayList<>();
    for (StateLine line : state.lines(KIND)) {
      if (!isLineOf(line, stat) && nameOf(line).isPresent()) {
        lines.add(line);
      }
    }
    List<Object> fields = new ArrayList<>();
    fields.addAll(
        List.of(INODE, stat.id().inode(), SIZE, stat.size(), MODIFIED, stat.modified().toMillis()));
    fields.addAll(more);
    lines.add(StateLine.of(KIND, fields.toArray()));
    state.put(KIND, lines);
  }

  /** Under which name a recorded file stands, if any. */
  private Optional<Path> nameOf(StateLine line) throws IOException {
    for (int i = 0; i < EvidenceFiles.MOST; i++) {
      Optional<FileStat> stat = FileStat.ofEntry(files.name(i));
      if (stat.isPresent() && isLineOf(line, stat.get())) {
        return Optional.of(files.name(i));
      }
    }
    return Optional.empty();
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

  /**
   * The time, too: a file system gives the number of a deleted file to the next one, and copies of
   * one database are of one size.
   */
  private static boolean isLineOf(StateLine line, FileStat stat) {
    return line.number(INODE) == stat.id().inode()
        && line.number(SIZE) == stat.size()
        && line.number(MODIFIED) == stat.modified().toMillis();
  }
}
