package dev.sqlguard.format;

import java.util.List;

/**
 * What became of the frames of a write-ahead log. Every frame is counted once: {@code frames} is
 * the sum of {@code applied}, {@code bad} and {@code ignored}.
 *
 * @param frames that stand in the log completely
 * @param applied belong to a committed transaction and are proven by their checksum; several may be
 *     of one page
 * @param bad aren't proven: of {@link Replay#STRICT} at most the one of this generation that ended
 *     it, of {@link Replay#SALVAGE} those that stand before the last transaction that counts
 * @param firstBad the numbers of the first of them, counted from 1; at most {@link #MOST_NAMED}
 * @param unplaced how many of {@code bad} don't say of which page they are, so that a page may be
 *     older than it should be and nobody can tell which; 0 of {@link Replay#STRICT}
 * @param ignored without a commit, of an older generation, or behind the end
 * @param reason why not every frame was applied, as a clause; empty if every frame was
 */
public record WalSummary(
    long frames,
    long applied,
    long bad,
    List<Long> firstBad,
    long unplaced,
    long ignored,
    String reason) {

  /** How many bad frames are named at most. */
  public static final int MOST_NAMED = 100;

  public WalSummary {
    firstBad = List.copyOf(firstBad);
  }

  static WalSummary nothingApplied(long frames, String reason) {
    return new WalSummary(frames, 0, 0, List.of(), 0, frames, reason);
  }
}
