package dev.sqlguard.it.torture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a database has to hold, known outside of the processes that write to it: the numbers of rows
 * whose commit was acknowledged, and of those whose commit may have been under way when their
 * writer was killed. Of the latter a transaction is there with all of its rows or with none.
 */
final class AcknowledgedRows {
  /** Acknowledged, or found by an earlier start: from then on they have to stay. */
  private final Set<Long> due = new HashSet<>();

  /** By the first of its rows. */
  private final Set<Long> inFlight = new TreeSet<>();

  /** Gone by injected damage, as somebody has said; an older backup may bring them back. */
  private final Set<Long> destroyed = new HashSet<>();

  private long acknowledged;

  void acknowledge(long first) {
    for (long row = first; row < NumberedRows.next(first); row++) {
      due.add(row);
      acknowledged++;
    }
  }

  /** How many rows have been acknowledged. */
  long acknowledged() {
    return acknowledged;
  }

  Set<Long> destroyed() {
    return destroyed;
  }

  /** What a {@link NumberedWriter} that is gone has acknowledged. */
  void add(long first, long span, int threads, Path acknowledgements) throws IOException {
    byte[] bytes =
        Files.exists(acknowledgements) ? Files.readAllBytes(acknowledgements) : new byte[0];
    LongBuffer numbers =
        ByteBuffer.wrap(bytes, 0, bytes.length / Long.BYTES * Long.BYTES).asLongBuffer();
    Set<Long> said = new HashSet<>();
    while (numbers.hasRemaining()) {
      said.add(numbers.get());
    }
    for (int i = 0; i < threads; i++) {
      long number = first + i * span;
      for (; said.remove(number); number = NumberedRows.next(number)) {
        acknowledge(number);
      }
      inFlight.add(number);
    }
    assertTrue(said.isEmpty(), "acknowledged out of turn: " + said);
  }

  /**
   * Rows that should be there and aren't. Fails where there are rows that nobody tried to write.
   *
   * @param torn whether damage may have taken a part of a transaction
   */
  Set<Long> missing(Set<Long> found, boolean torn) {
    Set<Long> strange = new TreeSet<>(found);
    strange.removeAll(due);
    strange.removeAll(destroyed);
    for (long first : inFlight) {
      int there = 0;
      for (long row = first; row < NumberedRows.next(first); row++) {
        there += found.contains(row) ? 1 : 0;
        strange.remove(row);
      }
      assertTrue(
          torn || there == 0 || there == NumberedRows.next(first) - first,
          "a part of the transaction of row " + first);
    }
    assertTrue(strange.isEmpty(), "rows that nobody wrote: " + strange);
    Set<Long> missing = new TreeSet<>(due);
    missing.removeAll(found);
    return missing;
  }

  /** What was found is due from now on, what is gone isn't any more. */
  void settle(Set<Long> found, Set<Long> gone) {
    due.addAll(found);
    due.removeAll(gone);
    destroyed.addAll(gone);
    destroyed.removeAll(found);
    // One that isn't there was rolled back; one of which damage left a part is due now.
    inFlight.clear();
  }
}
