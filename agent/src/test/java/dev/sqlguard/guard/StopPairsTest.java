package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The guard dies, and the start after that dies too, on its way to put right what the first one
 * left. Sampled, also with {@code -Pfull}.
 */
class StopPairsTest {
  private static final int FIRST = Sample.FULL ? Integer.MAX_VALUE : 2;
  private static final int SECOND = Sample.FULL ? 3 : 1;
  private static final Tally TALLY = new Tally("pairs of stops");

  @TempDir Path directory;

  @AfterAll
  static void publish() throws Exception {
    TALLY.publish("sampled by seed " + Sample.SEED);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLost(Scenario scenario) throws Exception {
    Reference reference = new Reference(scenario.template(directory));
    Random random = Sample.random(scenario);
    for (int k : Sample.of(reference.calls(), FIRST, TALLY, random)) {
      Scene scene = reference.template().layOut();
      scene.startAndStop(new StoppingSyscalls(k));
      List<Call> next = new ArrayList<>();
      scene.start(new StoppingSyscalls(call -> !next.add(call)));
      for (int i = 0; i < SECOND; i++) {
        reference.template().layOut();
        scene.startAndStop(new StoppingSyscalls(k));
        int second = random.nextInt(next.size());
        Optional<Random> inside =
            random.nextBoolean() ? Optional.of(new Random(random.nextLong())) : Optional.empty();
        StoppingSyscalls calls = new StoppingSyscalls(second, inside);
        String what = scenario + " stopped before " + k + ": " + reference.calls().get(k);
        what += ", then at " + second + ": " + next.get(second);
        assertTrue(scene.startAndStop(calls), what);
        TALLY.add(scenario, next.get(second));
        reference.assertNothingIsLost(scene, what);
        reference.assertComesToItsEnd(scene, what);
      }
    }
  }
}
