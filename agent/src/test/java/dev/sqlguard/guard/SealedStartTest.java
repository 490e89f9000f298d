package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateFiles;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.core.DB;

/** What a start makes of a seal, and what the end of a JVM seals. */
class SealedStartTest {
  @TempDir Path directory;
  private Scene scene;

  @BeforeEach
  void healthyWithTwoBackups() throws Exception {
    scene = new Scene(directory);
    scene.database().create();
    scene.start();
    scene.database().change("since the first backup");
    scene.start();
    scene.auto();
  }

  /** Whether a start takes a private copy. */
  private boolean isCopied() {
    boolean[] copied = new boolean[1];
    scene.start(
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) {
            copied[0] |= call.is(Call.Kind.CREATE, "-staged");
          }
        });
    return copied[0];
  }

  private String saidAtStart() {
    return scene.start().lines().toString();
  }

  @Test
  void aSealIsReliedOnOnce() throws Exception {
    scene.sealed();
    assertFalse(isCopied());
    assertEquals(List.of(), scene.seals());
    assertTrue(isCopied(), "nobody came to a clean end since");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"AUTO", "OFF"})
  void otherChecksBreakIt(Settings.Check check) throws Exception {
    scene.sealed().checking(check);
    assertTrue(isCopied());
    assertEquals(List.of(), scene.seals());
  }

  /** A disk may lose what it holds, and stat doesn't tell. */
  @Test
  void aFullCheckInTheFutureOrTooLongAgoIsNotReliedOn() throws Exception {
    long week = Duration.ofDays(7).toMillis();
    scene.database().loseALeaf();
    assertEquals(
        "[]", scene.sealed(System.currentTimeMillis() - week + 60_000).start().lines() + "");
    scene.sealed(System.currentTimeMillis() + 60_000);
    String future = saidAtStart();
    assertTrue(future.contains("DAMAGED"), future);
    scene.database().loseALeaf();
    scene.sealed(System.currentTimeMillis() - week);
    String past = saidAtStart();
    assertTrue(past.contains("DAMAGED"), past);
  }

  /** Magic, page size, change counter, number of pages, the counter for which that is valid. */
  @ParameterizedTest
  @ValueSource(ints = {3, 17, 27, 31, 95})
  void aHeaderThatDoesNotFitIsNotReliedOn(int at) throws Exception {
    byte[] bytes = Files.readAllBytes(scene.db());
    bytes[at]++;
    Files.write(scene.db(), bytes);
    scene.sealed();
    assertTrue(isCopied());
  }

  @Test
  void aFileThatLacksItsEndIsNotReliedOn() throws Exception {
    byte[] bytes = Files.readAllBytes(scene.db());
    Files.write(scene.db(), Arrays.copyOf(bytes, bytes.length - 1024));
    scene.sealed();
    assertTrue(isCopied());
  }

  @Test
  void aFileThatTheApplicationHasOpenIsNotRead() throws Exception {
    scene.sealed();
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + scene.db())) {
      assertEquals(Optional.empty(), scene.start().outcome().passed());
      assertTrue(db.isValid(1));
    }
  }

  @Test
  void anotherBackupThanTheOneOfTheSealIsNotReliedOn() throws Exception {
    scene.sealed();
    Path newest = scene.beside(".bak");
    Files.move(scene.beside(".bak.1"), newest, StandardCopyOption.REPLACE_EXISTING);
    assertTrue(isCopied());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-journal"})
  void contentBesideTheFileIsNotReliedOn(String side) throws Exception {
    scene.sealed();
    Files.write(scene.beside(side), new byte[512]);
    assertTrue(isCopied());
  }

  /** As an application's first open in a new process, of a file that was written a while ago. */
  private Gate opened() throws Exception {
    FileStat main = FileStat.ofEntry(scene.db()).orElseThrow();
    while (!Seal.isSettled(main, System.currentTimeMillis())) {
      Thread.onSpinWait();
    }
    Log silent = new Log(Log.Level.OFF, Optional.empty());
    Guard guard = new Guard(scene.settings(), silent, new Disk(), Optional::empty);
    Gate gate = new Gate(guard, scene.settings());
    Target target = new Target(scene.db(), scene.db(), false, true, true);
    gate.opening(target, new JdbcDriver(DB.class, () -> true));
    return gate;
  }

  private static long soon() {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
  }

  @Test
  void aCleanEndSealsWhatPassedAFullCheck() throws Exception {
    opened().seal(soon());
    assertEquals(1, scene.seals().size());
    long checked = scene.seals().get(0).number("checked");
    opened().seal(soon());
    assertEquals(checked, scene.seals().get(0).number("checked"), "there was no other one since");
    assertFalse(isCopied());
  }

  @Test
  void aChangeDuringTheSessionIsNotSealed() throws Exception {
    Gate gate = opened();
    scene.database().change("in the session");
    gate.seal(soon());
    assertEquals(List.of(), scene.seals());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-journal"})
  void aLogWithContentIsNotSealed(String side) throws Exception {
    Gate gate = opened();
    Files.write(scene.beside(side), new byte[512]);
    gate.seal(soon());
    assertEquals(List.of(), scene.seals());
  }

  @Test
  void onlyAutoSeals() throws Exception {
    scene.checking(Settings.Check.FULL);
    opened().seal(soon());
    assertEquals(List.of(), scene.seals());
  }

  @Test
  void whereThereIsNoTimeOrAnotherGuardIsAtWorkNothingIsSealed() throws Exception {
    Gate gate = opened();
    gate.seal(System.nanoTime() - 1);
    assertEquals(List.of(), scene.seals());
    FileStat main = FileStat.ofEntry(scene.db()).orElseThrow();
    Path state = scene.beside(".sqlguard");
    try (StateFile other = new StateFiles().open(state, main, new Disk(), 0).orElseThrow()) {
      gate.seal(soon());
      assertEquals(List.of(), other.lines(Seal.KIND));
    }
    assertEquals(List.of(), scene.seals());
    gate.seal(soon());
    assertEquals(1, scene.seals().size());
  }
}
