package dev.sqlguard.repair;

import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rungs from least to most loss; of what they offer, the richest wins, then the first. */
public final class Ladder {
  /** The choice, and what was passed over. */
  public record Choice(Optional<Candidate> best, List<String> passedOver) {}

  private final List<Rung> rungs;

  public Ladder(List<Rung> rungs) {
    this.rungs = List.copyOf(rungs);
  }

  public Choice climb(Damaged damage) throws IOException {
    List<String> passedOver = new ArrayList<>();
    Candidate best = null;
    for (Rung rung : rungs) {
      Optional<Candidate> offer = rung.attempt(damage, passedOver);
      if (offer.isPresent() && (best == null || isRicher(offer.get(), best))) {
        best = offer.get();
      }
    }
    return new Choice(Optional.ofNullable(best), passedOver);
  }

  private static boolean isRicher(Candidate a, Candidate b) {
    return a.contents().rows() > b.contents().rows();
  }
}
