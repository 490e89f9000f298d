package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.core.DB;

/**
 * A restore dies before each of its system calls in turn (some of them, without {@code -Pfull});
 * then comes an open that is not to be backed up. It has to find the whole old database or the
 * whole new one all the same.
 */
class InterruptedRestoreTest {
  /** Opens that get no backup. */
  enum Open {
    READ_ONLY,
    UNCHECKED,
    UNCHECKED_READ_ONLY,
    WITHOUT_LOCKS,
    THROUGH_A_LINK_WITH_SIDE_FILES
  }

  /** Of those at which nothing has happened yet, and of those with which the installation ends. */
  private static final int FEW = 3;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void isSettledByEveryOpen(Open how) throws Exception {
    Reference reference = new Reference(Scenario.RESTORED_WITH_WAL.template(directory));
    for (int k : stops(reference.calls(), Sample.random(how))) {
      Scene scene = reference.template().layOut();
      Map<String, String> damaged = scene.bytes();
      assertTrue(scene.startAndStop(new StoppingSyscalls(k)));
      open(scene.db(), how);
      String what = how + " after a stop at " + k + ": " + reference.calls().get(k);
      if (!scene.bytes().equals(damaged)) {
        assertEquals(reference.template().expected(), scene.content(), what);
      }
      assertEquals(1, (Integer) Files.getAttribute(scene.db(), "unix:nlink"), what);
      reference.assertNothingIsLost(scene, what);
      Files.deleteIfExists(CrashTest.beside(scene.db().resolveSibling("link.db"), "-wal"));
      Files.deleteIfExists(scene.db().resolveSibling("link.db"));
    }
  }

  private static List<Integer> stops(List<Call> calls, Random random) {
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    boolean begun = false;
    for (int k = 0; k < calls.size(); k++) {
      begun |= calls.get(k).kind() == Call.Kind.LINK;
      (begun ? after : before).add(k);
    }
    int few = Sample.FULL ? calls.size() : FEW;
    Collections.shuffle(before, random);
    Collections.shuffle(after, random);
    List<Integer> chosen = new ArrayList<>(before.subList(0, Math.min(few, before.size())));
    chosen.addAll(after.subList(0, Math.min(2 * few, after.size())));
    return chosen;
  }

  private static void open(Path db, Open how) throws IOException {
    Settings.Check check =
        how == Open.UNCHECKED || how == Open.UNCHECKED_READ_ONLY
            ? Settings.Check.OFF
            : Settings.Check.FULL;
    boolean readOnly = how == Open.READ_ONLY || how == Open.UNCHECKED_READ_ONLY;
    boolean plainName = how != Open.THROUGH_A_LINK_WITH_SIDE_FILES;
    Path given = db;
    if (!plainName) {
      given = Files.createSymbolicLink(db.resolveSibling("link.db"), db);
      Files.createFile(CrashTest.beside(given, "-wal"));
    }
    Target target = new Target(given, db, readOnly, how != Open.WITHOUT_LOCKS, plainName);
    CrashTest.guard(check, new Disk())
        .beforeFirstOpen(target, new JdbcDriver(DB.class, () -> true));
  }
}
