package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The guard dies before each of its system calls in turn, in the middle of each of its writes, and
 * before, in the middle of, and after SQLite's work on each private copy. The next start has to
 * find every row, every good copy, and nothing left lying about. Without {@code -Pfull} it is a few
 * stops in each scenario, at the kinds of calls that were hit least.
 */
class StopsTest {
  private static final int MOMENTS_INSIDE_SQLITE = Sample.FULL ? 3 : 1;
  private static final int FEW = 4;
  private static final Tally TALLY = new Tally("stops");

  @TempDir Path directory;

  @AfterAll
  static void everyKindOfCallWasHit() throws Exception {
    TALLY.publish(Sample.description());
    for (Call.Kind kind : Call.Kind.values()) {
      assertTrue(TALLY.of(kind) > 0, "no stop at " + kind);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLost(Scenario scenario) throws Exception {
    Reference reference = new Reference(scenario.template(directory));
    Random random = Sample.random(scenario);
    for (int k : Sample.of(reference.calls(), FEW, TALLY, random)) {
      stop(scenario, reference, k, Optional.empty());
      for (int i = momentsInside(reference.calls().get(k)); i > 0; i--) {
        stop(scenario, reference, k, Optional.of(new Random(random.nextLong())));
      }
    }
  }

  private static int momentsInside(Call call) {
    return switch (call.kind()) {
      case SQLITE -> MOMENTS_INSIDE_SQLITE;
      // Of a byte there is no part.
      case WRITE -> call.length() > 1 ? 1 : 0;
      default -> 0;
    };
  }

  private static void stop(Scenario scenario, Reference reference, int k, Optional<Random> inside)
      throws Exception {
    Scene scene = reference.template().layOut();
    StoppingSyscalls calls = new StoppingSyscalls(k, inside);
    boolean stopped = scene.startAndStop(calls);
    String where = inside.isPresent() ? " inside " : " before ";
    String what = scenario + " stopped" + where + k + ": " + calls.stoppedAt();
    assertTrue(stopped, what);
    TALLY.add(scenario, calls.stoppedAt().orElseThrow());
    reference.assertNothingIsLost(scene, what);
    reference.assertComesToItsEnd(scene, what);
  }
}
