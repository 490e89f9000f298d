package dev.sqlguard.store.fault;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Losses that are worth trying at one moment of a {@link DurableDisk}, by what they are called. */
public final class Losses {
  private Losses() {}

  /** Everything of one kind, or half of it. */
  public static Map<String, Loss> ofWholeKinds() {
    Map<String, Loss> losses = new LinkedHashMap<>();
    losses.put("everything lost", Loss.ofEverything());
    losses.put("nothing lost", Loss.ofNothing());
    losses.put("data lost", Loss.ofData());
    losses.put("data lost but for sizes", Loss.ofDataButSize());
    losses.put("names lost", Loss.ofNames());
    losses.put("attributes lost", Loss.ofAttributes());
    losses.put("every second sector lost", Loss.ofEverySecondSector());
    return losses;
  }

  /** Each change of a name: without it, it alone, and nothing that came after it. */
  public static Map<String, Loss> ofNames(DurableDisk disk) {
    Map<String, Loss> losses = new LinkedHashMap<>();
    for (long name : disk.looseNames()) {
      losses.put("name " + name + " lost", Loss.ofOne(name));
      losses.put("all names lost but " + name, Loss.ofNamesBut(name));
      losses.put("names lost from " + name + " on", Loss.inOrder(name - 1, name));
    }
    return losses;
  }

  /**
   * A write lost, whatever else was written.
   *
   * @param most how many, spread over all that there are
   */
  public static Map<String, Loss> ofWrites(DurableDisk disk, int most) {
    Map<String, Loss> losses = new LinkedHashMap<>();
    List<Long> writes = disk.looseWrites();
    int stride = Math.max(1, (writes.size() + most - 1) / most);
    for (int i = 0; i < writes.size(); i += stride) {
      losses.put("write " + writes.get(i) + " lost", Loss.ofOne(writes.get(i)));
    }
    return losses;
  }

  /** What chance makes of it. */
  public static Map<String, Loss> atRandom(long firstSeed, int count) {
    Map<String, Loss> losses = new LinkedHashMap<>();
    for (long seed = firstSeed; seed < firstSeed + count; seed++) {
      losses.put("seed " + seed, Loss.atRandom(seed));
    }
    return losses;
  }
}
