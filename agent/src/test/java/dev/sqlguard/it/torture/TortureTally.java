package dev.sqlguard.it.torture;

import java.util.EnumMap;
import java.util.Map;

/** What has happened in a torture run, over all its databases. */
final class TortureTally {
  /** What is counted, in the words of the summary. */
  enum Count {
    STARTS("complete starts"),
    ENDS("complete exits"),
    SEALS("  that left a seal"),
    KILLS("kills (SIGKILL)"),
    KILLS_IN_START("  in the guard's start, its lock on the state file held"),
    KILLS_IN_REPAIR("    of these in a repair"),
    UNFINISHED_START("    of these with unfinished files left"),
    KILLS_IN_EXIT("  in the guard's work at exit, its thread alive"),
    KILLS_WITH_FRAMES("    of these with frames of a WAL still to fold in"),
    KILLS_IN_CHECKPOINT("    of these inside of the checkpoint, its lock on the -shm held"),
    KILLS_IN_SEAL("    of these at the seal, its lock on the state file held"),
    KILLS_WHILE_WRITING("  while threads were committing"),
    KILLS_ELSEWHERE("  aimed at a start or exit, a moment before or after it"),
    TERMINATIONS("SIGTERMs with a running writer"),
    RACES("races of two JVMs, one killed"),
    DAMAGES("damage rounds"),
    REPAIRS("  repaired"),
    LEFT_ALONE("  left as it is, and so said"),
    FULL_DISKS("full disks at a start or while writing"),
    ACKNOWLEDGED("rows acknowledged"),
    FOUND("  in their database at the end"),
    IN_BACKUPS("  destroyed, in a backup"),
    REPORTED("  destroyed, and so reported"),
    QUARANTINED("  destroyed, in quarantine"),
    IN_LOG("  destroyed, in a log that is kept"),
    IN_LEFT_FILE("  in a damaged file that was left as it is, or destroyed there");

    private final String words;

    Count(String words) {
      this.words = words;
    }
  }

  private final Map<Count, Long> counts = new EnumMap<>(Count.class);
  private final long began = System.nanoTime();

  synchronized void add(Count what, long more) {
    counts.merge(what, more, Long::sum);
  }

  void add(Count what) {
    add(what, 1);
  }

  synchronized long get(Count what) {
    return counts.getOrDefault(what, 0L);
  }

  /** For people, a line for each. */
  String summary(long seed) {
    StringBuilder text = new StringBuilder();
    for (Count what : Count.values()) {
      text.append(String.format("%8d %s%n", get(what), what.words));
    }
    long seconds = (System.nanoTime() - began) / 1_000_000_000;
    return text.append(String.format("%8d s, seed %d%n", seconds, seed)).toString();
  }
}
