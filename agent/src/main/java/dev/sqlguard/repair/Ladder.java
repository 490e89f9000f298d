package dev.sqlguard.repair;

import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rungs from least to most loss. The richest of what they offer wins, of equals the one with
 * less loss. Whatever lacks nothing ends the climb.
 *
 * <p>A later rung's offer is of an earlier time. More rows alone don't make it richer: they may be
 * rows that were deleted since. It is where it has a table, an object, or more rows of a table than
 * an offer that is known to lack just that, and isn't poorer in anything.
 */
public final class Ladder {
  /** The choice, what else was offered, and what was passed over. */
  public record Choice(Optional<Candidate> best, List<Candidate> others, List<String> passedOver) {}

  private final List<Rung> rungs;

  public Ladder(List<Rung> rungs) {
    this.rungs = List.copyOf(rungs);
  }

  public Choice climb(Damaged damage) throws IOException {
    List<String> passedOver = new ArrayList<>();
    List<Candidate> others = new ArrayList<>();
    Candidate best = null;
    for (Rung rung : rungs) {
      Optional<Candidate> offer = rung.attempt(damage, passedOver);
      if (offer.isEmpty()) {
        continue;
      }
      if (best == null) {
        best = offer.get();
      } else if (isRicher(offer.get(), best)) {
        others.add(best);
        best = offer.get();
      } else {
        others.add(offer.get());
      }
      if (best.loss().isNone()) {
        break;
      }
    }
    return new Choice(Optional.ofNullable(best), others, passedOver);
  }

  private static boolean isRicher(Candidate challenger, Candidate best) {
    Contents theirs = best.contents();
    Contents ours = challenger.contents();
    if (ours.firstTablePoorerThan(theirs).isPresent()) {
      return false;
    }
    if (best.loss().objects() || ours.tables() > theirs.tables()) {
      return true;
    }
    for (String table : best.loss().tables()) {
      long more = ours.rowsByTable().getOrDefault(table, 0L);
      if (more > theirs.rowsByTable().getOrDefault(table, 0L)) {
        return true;
      }
    }
    return false;
  }
}
