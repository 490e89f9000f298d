package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.FailingSyscalls;
import dev.sqlguard.store.fault.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each of the guard's system calls fails in turn, in each of several ways, once or from then on.
 * The application opens its database as it was, or with what is in its place for good; one line
 * says what happened; nothing is lost, nothing is left that could have been taken away. The next
 * start has no such trouble, and does the work. Without {@code -Pfull} it is a few failures in each
 * scenario, of the kinds of calls that failed least.
 */
class FailuresTest {
  private static final int FEW = 2;

  /** Less than a check has. */
  private static final int MOST_STATEMENTS = 6;

  private static final Tally TALLY = new Tally("failures");

  @TempDir Path directory;

  @AfterAll
  static void everyKindOfCallFailed() throws Exception {
    TALLY.publish(Sample.description());
    for (Call.Kind kind : Call.Kind.values()) {
      assertTrue(TALLY.of(kind) > 0, "no failure of " + kind);
    }
  }

  /** One way to fail. */
  private record Way(Failure failure, boolean lasting) {
    static List<Way> of(Call.Kind kind) {
      List<Way> ways = new ArrayList<>();
      for (boolean lasting : new boolean[] {false, true}) {
        for (Failure failure : Failure.of(kind, lasting)) {
          ways.add(new Way(failure, lasting));
        }
      }
      return ways;
    }

    boolean letsRename() {
      return !lasting || failure == Failure.NO_SPACE || failure == Failure.SHORT_WRITE;
    }

    boolean letsDelete(Call.Kind failed) {
      boolean full = failure == Failure.NO_SPACE || failure == Failure.SHORT_WRITE;
      return failed != Call.Kind.UNLINK && (full || !lasting);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theDatabaseIsOpenedAndNothingIsLost(Scenario scenario) throws Exception {
    Reference reference = new Reference(scenario.template(directory));
    Random random = Sample.random(scenario);
    for (int k : Sample.of(reference.calls(), FEW, TALLY, random)) {
      Call.Kind kind = reference.calls().get(k).kind();
      List<Way> ways = Way.of(kind);
      boolean sqlite = kind == Call.Kind.SQLITE;
      for (Way way : Sample.FULL ? ways : List.of(ways.get(random.nextInt(ways.size())))) {
        fail(scenario, reference, k, way, 0);
        int statement = Sample.FULL ? 1 : 1 + random.nextInt(MOST_STATEMENTS);
        while (sqlite && fail(scenario, reference, k, way, statement) && Sample.FULL) {
          statement++;
        }
      }
    }
  }

  /**
   * @param statement which one of SQLite's statements fails, where the call is its work
   * @return false where there are fewer statements
   */
  private static boolean fail(Scenario scenario, Reference reference, int k, Way way, int statement)
      throws Exception {
    String what = scenario + " " + way + " at " + k + ": " + reference.calls().get(k);
    Scene scene = reference.template().layOut();
    Map<String, String> before = scene.bytes();
    FailingSyscalls calls = new FailingSyscalls(k, way.failure, way.lasting, statement);
    Scene.Start start = scene.start(calls);
    if (calls.failedAt().isEmpty()) {
      return false;
    }
    Call failed = calls.failedAt().get();
    if (!way.lasting || calls.failed() > 1 || !Sample.FULL) {
      // Else it is the same as where it failed once.
      TALLY.add(scenario, failed);
    }
    assertEquals(List.of(), scene.descriptors(), what);
    what += ", said " + start.lines();
    assertClear(scene, start, reference, what);
    boolean whole = scene.bytes().equals(before);
    boolean installed = scene.content().equals(reference.template().expected());
    // Between two steps nothing may be possible any more, neither forward nor back.
    assertTrue(whole || installed || !way.letsRename() && scene.isUnderWay(), what);
    reference.assertNothingIsLost(scene, what);
    if (way.letsDelete(failed.kind())) {
      assertEquals(Set.of(), halfDone(scene, reference), what);
    }
    reference.assertComesToItsEnd(scene, what);
    return true;
  }

  /** Not what is complete, and known, and waits for the next start to be given its name. */
  private static Set<String> halfDone(Scene scene, Reference reference) throws Exception {
    Set<String> names = new TreeSet<>(Picture.of(scene).strays());
    names.removeAll(reference.before().strays());
    if (reference.isUnderWay(Picture.of(scene))) {
      names.removeIf(name -> name.endsWith("-staged"));
    }
    if (scene.isKnownEvidence(scene.beside(".sqlguard-evidence"))) {
      names.removeIf(name -> name.contains("-evidence"));
    }
    return names;
  }

  /**
   * One line more than of a start to which nothing happens, which says it all and names a file;
   * none only where it makes no difference. The application gets its connection in any case.
   */
  private static void assertClear(Scene scene, Scene.Start start, Reference reference, String what)
      throws Exception {
    assertEquals(Optional.empty(), start.outcome().refusal(), what);
    List<String> more = reference.more(start);
    boolean silent = more.isEmpty() && reference.isAsGood(start, Picture.of(scene));
    boolean said = !more.isEmpty() && more.size() <= Math.max(1, reference.missing(start));
    assertTrue(said || silent, what);
    for (String line : start.lines()) {
      assertTrue(line.substring("warn ".length()).startsWith(scene.db() + ": "), what);
      assertFalse(line.contains("Exception") || line.contains("null"), what);
    }
    for (String line : more) {
      String text = line.substring(("warn " + scene.db() + ": ").length());
      assertTrue(text.contains("/") || text.contains("[SQLITE_"), what + ": names no file");
    }
  }
}
