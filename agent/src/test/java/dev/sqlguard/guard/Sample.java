package dev.sqlguard.guard;

import dev.sqlguard.store.fault.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** How many of all faults a run brings about: all of them with {@code -Pfull}. */
final class Sample {
  /** The long run. */
  static final boolean FULL = Integer.getInteger("sqlguard.it.rounds", 4) > 10;

  /** Another number is another sample: {@code -Dfaults.seed=}. */
  static final long SEED = Long.getLong("sqlguard.faults.seed", 1);

  private Sample() {}

  /** One stream of choices for each test, whatever runs before it. */
  static Random random(Object test) {
    return new Random(SEED + test.toString().hashCode());
  }

  /**
   * The numbers of the calls that something is to happen to.
   *
   * @param few of how many different kinds, at most; all calls in the long run
   */
  static List<Integer> of(List<Call> calls, int few, Tally hit, Random random) {
    List<Integer> numbers = new ArrayList<>();
    for (int k = 0; k < calls.size(); k++) {
      numbers.add(k);
    }
    if (FULL) {
      return numbers;
    }
    Collections.shuffle(numbers, random);
    numbers.sort(Comparator.comparing(k -> hit.of(calls.get(k).kind())));
    Set<Call.Kind> kinds = EnumSet.noneOf(Call.Kind.class);
    numbers.removeIf(k -> kinds.size() == few || !kinds.add(calls.get(k).kind()));
    return numbers;
  }

  static String description() {
    return FULL ? "all" : "sampled by seed " + SEED;
  }
}
