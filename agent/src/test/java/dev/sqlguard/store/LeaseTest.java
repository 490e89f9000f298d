package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.RandomAccessFile;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a thread may do whose time is up: nothing. */
class LeaseTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);

  @TempDir Path directory;
  private final Lease lease = new Lease();

  private static long in(long nanos) {
    return System.nanoTime() + nanos;
  }

  @Test
  void lastsUntilItIsRevokedAndIsNeverGivenBack() {
    lease.require();
    assertTrue(lease.enter());
    lease.exit();
    assertTrue(lease.tryRevoke());
    assertTrue(lease.isRevoked());
    assertFalse(lease.enter());
    assertThrows(RevokedError.class, lease::require);
    assertTrue(lease.tryRevoke());
  }

  @Test
  void aCriticalSectionIsNotCutOff() {
    assertTrue(lease.enter());
    assertTrue(lease.enter());
    lease.exit();
    assertFalse(lease.tryRevoke());
    lease.require();
    assertTrue(lease.enter(), "steps of a section may be sections");
    lease.exit();
    assertFalse(lease.awaitExit(in(0)));
    lease.exit();
    assertTrue(lease.awaitExit(in(0)));
    assertTrue(lease.tryRevoke());
  }

  @Test
  void whoHasNoPatienceLeftCutsItOff() {
    lease.enter();
    lease.revoke();
    assertThrows(RevokedError.class, lease::require);
    assertFalse(lease.enter());
    lease.exit();
    assertTrue(lease.isRevoked());
  }

  @Test
  void theEndOfASectionIsAwaitedByAnInterruptedThreadToo() throws Exception {
    lease.enter();
    CompletableFuture<String> seen = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              boolean ended = lease.awaitExit(in(LONG));
              seen.complete(ended + " " + Thread.currentThread().isInterrupted());
            });
    waiting.start();
    while (waiting.isAlive() && waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    lease.exit();
    assertEquals("true true", seen.get(60, TimeUnit.SECONDS));
  }

  /** Also one that is added later. */
  @Test
  void everySystemCallAsksForIt() {
    Set<String> all = new TreeSet<>();
    Set<String> leased = new TreeSet<>();
    for (Method method : Syscalls.class.getDeclaredMethods()) {
      if (Modifier.isProtected(method.getModifiers())) {
        all.add(method.getName());
      }
    }
    for (Method method : LeasedSyscalls.class.getDeclaredMethods()) {
      leased.add(method.getName());
    }
    assertEquals(all, leased);
  }

  @Test
  void withoutItNothingHappens() throws Exception {
    List<Call> seen = new ArrayList<>();
    Syscalls watched =
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) {
            seen.add(call);
          }
        };
    Path file = Files.createFile(directory.resolve("file"));
    Path name = directory.resolve("name");
    Syscalls calls = new LeasedSyscalls(watched, lease);
    lease.revoke();
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      assertThrows(RevokedError.class, () -> calls.create(name));
      assertThrows(RevokedError.class, () -> calls.makeTemporaryDirectory("name"));
      assertThrows(RevokedError.class, () -> calls.open(file, false));
      assertThrows(RevokedError.class, () -> calls.write(file, open, 0, new byte[1], 0, 1));
      assertThrows(RevokedError.class, () -> calls.truncate(file, open, 1));
      assertThrows(RevokedError.class, () -> calls.sync(file, open));
      assertThrows(RevokedError.class, () -> calls.syncDirectory(directory));
      assertThrows(RevokedError.class, () -> calls.rename(file, name));
      assertThrows(RevokedError.class, () -> calls.link(file, name));
      assertThrows(RevokedError.class, () -> calls.unlink(file));
      assertThrows(RevokedError.class, () -> calls.setAttribute(file, "unix:mode", 0));
      assertThrows(RevokedError.class, () -> calls.copyAttributes(file, name));
      assertThrows(RevokedError.class, () -> calls.tryLock(file, open, 0, 1));
    }
    assertEquals(List.of(), seen);
  }
}
