package dev.sqlguard.it.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.FaultSeed;
import dev.sqlguard.it.GuardedJvm;
import dev.sqlguard.it.fault.Stage.Undisturbed;
import dev.sqlguard.store.fault.Call;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM kills itself at one of the guard's system calls, in the middle of one of its writes, or
 * before, within or after SQLite's work on a private copy; the next start finishes what is to be
 * done, and nothing was lost in between. Some of these next starts are killed themselves. More of
 * them with {@code -Pfull}.
 */
class HaltsIT {
  private static final int HALTS = Integer.getInteger("sqlguard.it.rounds", 4) / 4;
  private static final int MOMENTS_INSIDE = 3;
  private static final int ONE_OF = 4;
  private static final long SEED = FaultSeed.of(20_260_205);

  private static final String BEFORE = "SQLITE before";
  private static final String INSIDE = "SQLITE inside";
  private static final String AFTER = "SQLITE after";
  private static final String WITHIN = "WRITE within";

  @TempDir Path directory;
  @AutoClose private Stage stage;
  private final Random random = new Random(SEED);
  private final FaultFigures figures = new FaultFigures("halts");

  @BeforeEach
  void begin() throws Exception {
    stage = new Stage(directory);
  }

  /**
   * A place to be killed at.
   *
   * @param call its number among those of its kind
   * @param kind what that is called in the figures
   * @param nanos after the beginning of SQLite's work
   * @param second what happens to the next start
   */
  private record Halt(Undisturbed start, int call, String kind, long nanos, Fault second) {
    Fault fault() {
      return switch (kind) {
        case INSIDE -> Fault.killedInSqlite(call, nanos);
        case WITHIN -> Fault.killedInWrite(call);
        case AFTER -> Fault.killedAfterSqlite(call);
        case BEFORE -> Fault.killedBefore(Call.Kind.SQLITE.name(), call);
        default -> Fault.killedBefore(kind, call);
      };
    }

    /** SQLite is faster at times, and a copy that had to be made twice took more calls. */
    Halt sooner() {
      return nanos > 0
          ? new Halt(start, call, kind, nanos / 4, second)
          : new Halt(start, call - 1, kind, 0, second);
    }
  }

  @Test
  void nothingIsLostWhereverTheGuardDies() throws Exception {
    List<Callable<Void>> halts = new ArrayList<>();
    for (Halt halt : chosen(stage.undisturbed(Set.of(Situation.values())))) {
      halts.add(
          () -> {
            haltAndStart(halt);
            return null;
          });
    }
    try {
      Stage.two(halts);
    } finally {
      figures.publish();
    }
    assertEquals(Set.of(), figures.missing(kinds()), "kinds of calls that nothing was killed at");
    assertTrue(figures.pairs() > 0);
  }

  private static Set<String> kinds() {
    Set<String> kinds = new HashSet<>(Set.of(BEFORE, INSIDE, AFTER, WITHIN));
    for (Call.Kind kind : Call.Kind.values()) {
      if (kind != Call.Kind.SQLITE) {
        kinds.add(kind.name());
      }
    }
    return kinds;
  }

  /** As many of each start, spread over it, and whatever of other kinds it takes. */
  private List<Halt> chosen(List<Undisturbed> starts) {
    Map<Situation, List<Halt>> all = new EnumMap<>(Situation.class);
    for (Undisturbed start : starts) {
      all.put(start.situation(), allOf(start));
    }
    List<Halt> chosen = new ArrayList<>();
    Set<String> missing = kinds();
    for (List<Halt> ofOne : all.values()) {
      double distance = Math.max(1, ofOne.size() / (double) HALTS);
      for (double at = random.nextDouble() * distance; at < ofOne.size(); at += distance) {
        chosen.add(ofOne.get((int) at));
        missing.remove(ofOne.get((int) at).kind());
      }
    }
    for (List<Halt> ofOne : all.values()) {
      for (Halt halt : ofOne) {
        if (missing.remove(halt.kind())) {
          chosen.add(halt);
        }
      }
    }
    return chosen;
  }

  private List<Halt> allOf(Undisturbed start) {
    List<Halt> halts = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    for (TracedCall call : start.calls()) {
      int number = numbers.merge(call.kind(), 1, Integer::sum);
      String kind = call.isSqlite() ? BEFORE : call.kind();
      halts.add(halt(start, number, kind, 0));
      if (kind.equals(Call.Kind.WRITE.name())) {
        halts.add(halt(start, number, WITHIN, 0));
      }
      if (call.isSqlite()) {
        for (int i = 0; i < MOMENTS_INSIDE; i++) {
          long nanos = (long) (random.nextDouble() * call.nanos());
          halts.add(halt(start, number, INSIDE, nanos));
        }
        halts.add(halt(start, number, AFTER, 0));
      }
    }
    return halts;
  }

  private Halt halt(Undisturbed start, int call, String kind, long nanos) {
    boolean pair = random.nextInt(ONE_OF) == 0;
    int second = 1 + random.nextInt(start.calls().size());
    Fault again = pair ? new Fault(second, "kill=before") : Fault.NONE;
    return new Halt(start, call, kind, nanos, again);
  }

  private void haltAndStart(Halt halt) throws Exception {
    Situation situation = halt.start().situation();
    Set<String> toStay = halt.start().backupsToStay();
    Inventory before = stage.prepare(situation);
    String when = situation + " " + halt.fault();
    Stage.Played first = stage.play(before, halt.fault());
    if (!first.isKilled() && (halt.nanos() > 0 || halt.call() > 1)) {
      haltAndStart(halt.sooner());
      return;
    }
    assertTrue(first.isKilled(), when);
    String kind = kindOf(first.calls(), halt);
    figures.add(situation, kind);
    before.assertNothingIsLost(toStay, when);
    if (halt.second() != Fault.NONE) {
      when += ", then " + halt.second();
      if (stage.play(before, halt.second()).isKilled()) {
        figures.addAgain(situation);
        before.assertNothingIsLost(toStay, when);
      }
    }
    GuardedJvm.Ended last = stage.play(before);
    assertEquals(Stage.answers(before), last.output(), when + last.errors());
    assertEquals(0, last.exitCode(), when);
    before.assertEverythingIsDone(toStay, when);
  }

  /** What it was doing then. */
  private static String kindOf(List<TracedCall> calls, Halt halt) {
    TracedCall last = calls.get(calls.size() - 1);
    if (!last.isSqlite()) {
      return halt.kind().equals(WITHIN) ? WITHIN : last.kind();
    }
    if (last.nanos() > 0) {
      return AFTER;
    }
    return halt.kind().equals(INSIDE) ? INSIDE : BEFORE;
  }
}
