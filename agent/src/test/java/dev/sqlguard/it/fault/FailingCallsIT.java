package dev.sqlguard.it.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.FaultSeed;
import dev.sqlguard.it.GuardedJvm;
import dev.sqlguard.it.fault.Stage.Undisturbed;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of the guard's system calls fails, or all from one on: the application opens its database as
 * it was, or as it ought to be, reads all of it, and hears one line. More of them with {@code
 * -Pfull}.
 */
class FailingCallsIT {
  private static final int FAILURES = 3 * Integer.getInteger("sqlguard.it.rounds", 4);
  private static final long SEED = FaultSeed.of(20_260_206);

  /**
   * Those in which the application's own open changes nothing that is to be compared, and of which
   * there is one thing to say.
   */
  private static final Set<Situation> SITUATIONS =
      EnumSet.complementOf(
          EnumSet.of(Situation.DAMAGED_WITH_LOG, Situation.INTERRUPTED, Situation.BROKEN_LOG));

  @TempDir Path directory;
  @AutoClose private Stage stage;
  private final Random random = new Random(SEED);
  private final FaultFigures figures = new FaultFigures("failures");

  @BeforeEach
  void begin() throws Exception {
    stage = new Stage(directory);
  }

  @Test
  void theApplicationGoesOnWhateverFails() throws Exception {
    List<Undisturbed> starts = stage.undisturbed(SITUATIONS);
    List<Callable<Void>> failures = new ArrayList<>();
    for (int i = 0; i < FAILURES; i++) {
      Undisturbed start = starts.get(i % starts.size());
      TracedCall call = start.calls().get(random.nextInt(start.calls().size()));
      boolean lasting = random.nextBoolean();
      List<Failure> ways = Failure.of(Call.Kind.valueOf(call.kind()), lasting);
      Failure failure = ways.get(random.nextInt(ways.size()));
      Fault fault = Fault.failing(call.number(), failure, lasting);
      failures.add(
          () -> {
            fail(start, fault, call);
            return null;
          });
    }
    try {
      Stage.two(failures);
    } finally {
      figures.publish();
    }
  }

  private void fail(Undisturbed start, Fault fault, TracedCall call) throws Exception {
    Inventory before = stage.prepare(start.situation());
    Stage.Played played = stage.play(before, fault);
    GuardedJvm.Ended ended = played.ended();
    String when = start.situation() + " " + fault + " " + call + ": " + ended.errors();
    figures.add(start.situation(), call.kind());
    assertEquals(0, ended.exitCode(), when);
    if (before.isMainGood()) {
      assertEquals(Stage.answers(before), ended.output(), when);
    } else {
      assertTrue(before.isUntouched(), when);
      assertEquals(5, ended.output().size(), when);
      assertEquals(List.of("ok", "ok"), ended.output().subList(0, 2), when);
    }
    assertEquals(List.of(), ended.otherErrors(), when);
    List<String> lines = ended.guardLines();
    assertTrue(lines.size() == 1 || lines.isEmpty() && start.lines() == 0, when);
    assertTrue(lines.isEmpty() || lines.get(0).contains(before.db().toString()), when);
    Set<String> held = before.heldBackups();
    assertTrue(held.containsAll(start.backupsToStay()), () -> "only " + held + " " + when);
    GuardedJvm.Ended next = stage.play(before);
    assertEquals(Stage.answers(before), next.output(), when + next.errors());
    before.assertEverythingIsDone(start.backupsToStay(), when);
  }
}
