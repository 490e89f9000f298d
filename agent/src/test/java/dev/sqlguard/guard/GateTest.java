package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/** A file has one entry, also while its inode changes. */
class GateTest {
  @TempDir Path directory;

  private static GuardedFile open(Gate gate, Path db) {
    try {
      Target target = new Target(db, db, false, true, true);
      return gate.opening(target, new JdbcDriver(DB.class, () -> true)).orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Opens once, when the good file has just taken the place of the damaged one. */
  private static final class OpeningDisk extends Disk {
    private final Path db;
    private final CompletableFuture<GuardedFile> second = new CompletableFuture<>();
    private Gate gate;

    OpeningDisk(Path db) {
      this.db = db;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      super.rename(from, to);
      if (to.equals(db)) {
        Thread opener = new Thread(() -> second.complete(GateTest.open(gate, db)));
        opener.start();
        while (opener.isAlive()
            && opener.getState() != Thread.State.WAITING
            && opener.getState() != Thread.State.TIMED_WAITING) {
          Thread.onSpinWait();
        }
      }
    }
  }

  @Test
  void whoeverComesDuringAnInstallationWaitsForIt() throws Exception {
    Path db = directory.toRealPath().resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
    OpeningDisk disk = new OpeningDisk(db);
    Gate gate = CrashTest.gate(disk);
    disk.gate = gate;
    GuardedFile first = open(gate, db);
    assertSame(first, disk.second.get(60, TimeUnit.SECONDS));
    assertEquals(1, gate.files().size());
    assertEquals(CrashTest.ROWS, CrashTest.rows(db));
  }

  @Test
  void aFileThatTookTheNameWhileSomebodyWaitedIsLookedAtItself() throws Exception {
    Path db = directory.toRealPath().resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    Path other = db.resolveSibling("other.db");
    CrashTest.create(other, 5);
    Gate gate = CrashTest.gate(new Disk());
    GuardedFile first = open(gate, db);
    CompletableFuture<GuardedFile> second = new CompletableFuture<>();
    Thread opener = new Thread(() -> second.complete(GateTest.open(gate, db)));
    first.gate().lock();
    try {
      Files.move(other, db, StandardCopyOption.REPLACE_EXISTING);
      opener.start();
      while (opener.isAlive() && !first.gate().hasQueuedThread(opener)) {
        Thread.onSpinWait();
      }
    } finally {
      first.gate().unlock();
    }
    assertNotSame(first, second.get(60, TimeUnit.SECONDS));
    assertEquals(5, CrashTest.rows(CrashTest.beside(db, ".bak")));
  }

  /** A connection of the guard's wouldn't see the one that is open. */
  @Test
  void whatWasOpenedWithoutLocksGetsNoCopyOnlineWhenTheGuardJoins() throws Exception {
    Path db = directory.toRealPath().resolve("app.db");
    CrashTest.create(db, 5);
    Gate gate = CrashTest.gate(new Disk());
    JdbcDriver driver = new JdbcDriver(DB.class, () -> true);
    gate.opening(new Target(db, db, true, false, true), driver);
    gate.openedBefore(new Target(db, db, false, true, true), driver);
    assertFalse(Files.exists(CrashTest.beside(db, ".bak")));
  }

  /** Each connection of a pool waited for the same again. */
  @Test
  void whatTheGuardFailedToExamineIsNotExaminedAtEachOpen() throws Exception {
    Path db = directory.toRealPath().resolve("app.db");
    CrashTest.create(db, 5);
    int[] examinations = new int[1];
    Gate gate =
        CrashTest.gate(
            new Disk(
                new WatchedSyscalls() {
                  @Override
                  protected void before(Call call) {
                    if (call.is(Call.Kind.CREATE, "-staged")) {
                      examinations[0]++;
                      throw new OutOfMemoryError("Java heap space");
                    }
                  }
                }));
    assertThrows(OutOfMemoryError.class, () -> open(gate, db));
    open(gate, db);
    open(gate, db);
    assertEquals(1, examinations[0]);
  }
}
