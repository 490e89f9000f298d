package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/** With a start-timeout an open waits no longer than that, and nobody else does. */
class TimedVisitTest {
  private static final Duration NEVER_OVER = Duration.ofMinutes(10);
  private static final long LONG_NANOS = NEVER_OVER.toNanos();
  private static final Duration SOON_OVER = Duration.ofMillis(200);

  /** Hangs in the first call of a kind that concerns a file, until it is released. */
  private static final class HangingSyscalls extends WatchedSyscalls {
    private final Call.Kind kind;
    private final Path file;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile Thread worker;
    private volatile IOException late;

    HangingSyscalls(Call.Kind kind, Path file) {
      this.kind = kind;
      this.file = file;
    }

    @Override
    protected void before(Call call) throws IOException {
      if (call.kind() == kind && (file.equals(call.path()) || file.equals(call.target()))) {
        worker = Thread.currentThread();
        arrived.countDown();
        await(released);
        if (late != null) {
          throw late;
        }
      }
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS), "the test forgot to release it");
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @TempDir Path directory;
  private Path db;
  private HangingSyscalls hanging;
  private Gate gate;

  @BeforeEach
  void create() throws Exception {
    db = directory.toRealPath().resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
  }

  @AfterEach
  void release() throws Exception {
    if (hanging != null) {
      hanging.released.countDown();
      if (hanging.worker != null) {
        hanging.worker.join();
      }
    }
  }

  private Gate gate(Call.Kind kind, Path file, Duration limit) {
    hanging = new HangingSyscalls(kind, file);
    return gate(new Disk(hanging), limit, new Log(Log.Level.OFF, Optional.empty()));
  }

  private static Gate gate(Disk disk, Duration limit, Log log) {
    Settings settings = CrashTest.settings(Optional.of(limit));
    return new Gate(new Guard(settings, log, disk, Optional::empty), settings);
  }

  private static GuardedFile open(Gate gate, Path db) {
    try {
      Target target = new Target(db, db, false, true, true);
      return gate.opening(target, new JdbcDriver(DB.class, () -> true)).orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aVisitInTimeIsLikeAnyOther() throws Exception {
    Gate gate = gate(new Disk(), NEVER_OVER, new Log(Log.Level.OFF, Optional.empty()));
    assertTrue(open(gate, db).isExaminedFor(false));
    assertEquals(CrashTest.ROWS, CrashTest.rows(CrashTest.beside(db, ".bak")));
    CrashTest.damage(db);
    Gate next = gate(new Disk(), NEVER_OVER, new Log(Log.Level.OFF, Optional.empty()));
    open(next, db);
    assertTrue(Files.exists(CrashTest.beside(db, ".corrupt")));
    assertEquals(CrashTest.ROWS, CrashTest.rows(db));
  }

  @Test
  void aCallThatNeverReturnsIsLeftBehindWithOneLine() throws Exception {
    List<String> lines = new ArrayList<>();
    hanging = new HangingSyscalls(Call.Kind.CREATE, CrashTest.beside(db, ".sqlguard"));
    Log log = new Log(Log.Level.OFF, Optional.empty());
    log.listen((warning, line) -> lines.add(line));
    Gate gate = gate(new Disk(hanging), SOON_OVER, log);
    GuardedFile file = open(gate, db);
    assertTrue(file.isExaminedFor(false), "no open waits for it again");
    assertEquals(Optional.empty(), file.refusal());
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.get(0).startsWith(db + ": start-timeout (200 ms)"), lines.get(0));
    release();
    assertEquals(1, lines.size(), lines.toString());
    assertFalse(Files.exists(CrashTest.beside(db, ".bak")));
  }

  @Test
  void aDiskThatAnswersLateWithAnErrorIsSilent() throws Exception {
    List<String> lines = new ArrayList<>();
    hanging = new HangingSyscalls(Call.Kind.CREATE, CrashTest.beside(db, ".sqlguard"));
    hanging.late = new IOException("Input/output error");
    Log log = new Log(Log.Level.OFF, Optional.empty());
    log.listen((warning, line) -> lines.add(line));
    open(gate(new Disk(hanging), SOON_OVER, log), db);
    hanging.released.countDown();
    hanging.worker.join();
    assertEquals(1, lines.size(), lines.toString());
  }

  @Test
  void whoWaitsAtTheSameGateGoesOnToo() throws Exception {
    Gate gate = gate(Call.Kind.CREATE, CrashTest.beside(db, ".sqlguard"), SOON_OVER);
    List<CompletableFuture<GuardedFile>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      CompletableFuture<GuardedFile> opened = new CompletableFuture<>();
      all.add(opened);
      new Thread(() -> opened.complete(open(gate, db))).start();
    }
    GuardedFile first = all.get(0).get(60, TimeUnit.SECONDS);
    for (CompletableFuture<GuardedFile> opened : all) {
      assertSame(first, opened.get(60, TimeUnit.SECONDS));
    }
    assertEquals(1, hanging.released.getCount());
  }

  @Test
  void theOpenersInterruptIsKeptAndEndsNoWait() throws Exception {
    Gate gate = gate(Call.Kind.CREATE, CrashTest.beside(db, ".bak"), NEVER_OVER);
    CompletableFuture<String> seen = new CompletableFuture<>();
    Thread opener =
        new Thread(
            () -> {
              open(gate, db);
              seen.complete(
                  Files.exists(CrashTest.beside(db, ".bak"))
                      + " "
                      + Thread.currentThread().isInterrupted());
            });
    opener.start();
    opener.interrupt();
    assertEquals("true true", seen.get(60, TimeUnit.SECONDS));
  }

  /** A driver may look for what it needs there. */
  @Test
  void theWorkHasTheOpenersContextClassLoaderAndKeepsNothingAlive() throws Exception {
    Gate gate = gate(Call.Kind.CREATE, CrashTest.beside(db, ".sqlguard"), NEVER_OVER);
    ClassLoader loader = new URLClassLoader(new URL[0]);
    Thread opener = new Thread(() -> open(gate, db));
    opener.setContextClassLoader(loader);
    opener.start();
    await(hanging.arrived);
    assertSame(loader, hanging.worker.getContextClassLoader());
    assertTrue(hanging.worker.isDaemon());
    hanging.released.countDown();
    opener.join();
  }

  private TimedVisit visitThatHangsIn(Call.Kind kind, Path file) throws Exception {
    hanging = new HangingSyscalls(kind, file);
    Settings settings = CrashTest.settings(Optional.of(NEVER_OVER));
    Log silent = new Log(Log.Level.OFF, Optional.empty());
    Guard guard = new Guard(settings, silent, new Disk(hanging), Optional::empty);
    gate = new Gate(guard, settings);
    Target target = new Target(db, db, false, true, true);
    JdbcDriver driver = new JdbcDriver(DB.class, () -> true);
    TimedVisit visit = new TimedVisit(gate, guard, target, driver, false, SOON_OVER);
    visit.start();
    await(hanging.arrived);
    return visit;
  }

  private void damage() throws Exception {
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
  }

  /** The database lacks its log in between; it must not be opened like that. */
  @Test
  void anInstallationIsWaitedFor() throws Exception {
    damage();
    TimedVisit visit = visitThatHangsIn(Call.Kind.RENAME, db);
    CompletableFuture<Outcome> seen = new CompletableFuture<>();
    Thread opener = new Thread(() -> seen.complete(visit.outcomeBy(System.nanoTime(), LONG_NANOS)));
    opener.start();
    while (opener.isAlive() && opener.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertFalse(seen.isDone());
    hanging.released.countDown();
    assertSame(Outcome.READ, seen.get(60, TimeUnit.SECONDS));
    assertEquals(CrashTest.ROWS, CrashTest.rows(db));
    assertFalse(Files.exists(CrashTest.beside(db, ".sqlguard-install")));
  }

  @Test
  void butNotForEver() throws Exception {
    damage();
    TimedVisit visit = visitThatHangsIn(Call.Kind.RENAME, db);
    assertSame(Outcome.PROCEED, visit.outcomeBy(System.nanoTime(), 1));
    assertEquals(1, hanging.released.getCount());
  }

  @Test
  void aWorkerThatNoticesFirstThatItsTimeIsUpIsNoError() throws Exception {
    damage();
    TimedVisit visit = visitThatHangsIn(Call.Kind.CREATE, CrashTest.beside(db, ".sqlguard-staged"));
    assertSame(Outcome.PROCEED, visit.outcomeBy(System.nanoTime(), 1));
    hanging.released.countDown();
    hanging.worker.join();
    assertSame(Outcome.PROCEED, visit.outcomeBy(System.nanoTime(), 1));
  }

  /** What is left behind has its state file open, and will have it for ever. */
  @Test
  void aLaterOpenOfTheSameFileIsNotHeldUpByTheStateFile() throws Exception {
    TimedVisit visit = visitThatHangsIn(Call.Kind.CREATE, CrashTest.beside(db, ".sqlguard-staged"));
    visit.outcomeBy(System.nanoTime(), 1);
    CompletableFuture<Boolean> examined = new CompletableFuture<>();
    new Thread(() -> examined.complete(isExaminedReadOnly())).start();
    assertTrue(examined.get(30, TimeUnit.SECONDS));
    assertEquals(1, hanging.released.getCount());
  }

  private boolean isExaminedReadOnly() {
    try {
      Target readOnly = new Target(db, db, true, true, true);
      JdbcDriver driver = new JdbcDriver(DB.class, () -> true);
      return gate.opening(readOnly, driver).orElseThrow().isExaminedFor(true);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
