package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads of one process take turns, and none of them takes another's lock away. */
class StateFilesTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(60);

  @TempDir Path directory;
  private final Disk disk = new Disk();
  private final StateFiles files = new StateFiles();
  private Path path;

  @BeforeEach
  void name() {
    path = directory.resolve("x.db.sqlguard");
  }

  private Optional<StateFile> open(long waitNanos) throws IOException {
    return files.open(path, FileStat.privateTo(directory), disk, waitNanos);
  }

  private boolean isLocked() throws IOException {
    Path locks = Path.of("/proc/locks");
    assumeTrue(Files.isReadable(locks), "needs /proc/locks");
    String file = ":" + Files.getAttribute(path, "unix:ino") + " ";
    String pid = " " + ProcessHandle.current().pid() + " ";
    return Files.readAllLines(locks).stream()
        .anyMatch(line -> line.contains(file) && line.contains(pid));
  }

  @Test
  void whoeverTriesInVainReleasesNoLock() throws Exception {
    try (StateFile first = open(0).orElseThrow()) {
      assertTrue(isLocked());
      assertTrue(open(SHORT).isEmpty());
      assertTrue(isLocked(), "the lock of the first is gone");
      Path samePlace = directory.resolve(".").resolve(path.getFileName());
      assertTrue(files.open(samePlace, FileStat.privateTo(directory), disk, 0).isEmpty());
      assertTrue(isLocked(), "the lock of the first is gone");
      assertEquals(path, first.path());
    }
    assertFalse(isLocked());
    open(0).orElseThrow().close();
  }

  @Test
  void theNextOneGetsItWhenTheFirstIsDone() throws Exception {
    StateFile first = open(0).orElseThrow();
    Thread[] waiting = new Thread[1];
    CompletableFuture<String> second =
        inBackground(
            waiting,
            () -> {
              Thread.currentThread().interrupt();
              try (StateFile state = open(LONG).orElseThrow()) {
                return state.lines("fact").get(0).text("value")
                    + Thread.currentThread().isInterrupted();
              }
            });
    awaitWaiting(waiting[0]);
    first.put("fact", List.of(StateLine.of("fact", "value", "one")));
    first.save(disk);
    first.close();
    assertEquals("onetrue", second.get(60, TimeUnit.SECONDS));
  }

  @Test
  void aLookWaitsToo() throws Exception {
    StateFile first = open(0).orElseThrow();
    Thread[] waiting = new Thread[1];
    CompletableFuture<String> look =
        inBackground(waiting, () -> files.peek(path, disk).lines("fact").get(0).text("value"));
    awaitWaiting(waiting[0]);
    assertTrue(isLocked());
    first.put("fact", List.of(StateLine.of("fact", "value", "one")));
    first.save(disk);
    first.close();
    assertEquals("one", look.get(60, TimeUnit.SECONDS));
  }

  /** Its thread may be in a call that never returns; it keeps the lock against other processes. */
  @Test
  void nobodyWaitsForWhatIsLeftBehind() throws Exception {
    Lease lease = new Lease();
    Disk leased = disk.under(lease);
    StateFile left = files.open(path, FileStat.privateTo(directory), leased, 0).orElseThrow();
    Thread[] waiting = new Thread[1];
    CompletableFuture<String> second =
        inBackground(waiting, () -> Boolean.toString(open(LONG).isEmpty()));
    awaitWaiting(waiting[0]);
    lease.revoke();
    files.leave(leased);
    assertEquals("true", second.get(60, TimeUnit.SECONDS));
    assertTrue(open(LONG).isEmpty());
    assertThrows(IOException.class, () -> files.peek(path, disk));
    assertTrue(isLocked());
    left.close();
    assertFalse(isLocked());
    open(0).orElseThrow().close();
  }

  @Test
  void whoIsLeftBehindGetsNoneAnyMore() throws Exception {
    open(0).orElseThrow().close();
    Lease lease = new Lease();
    lease.revoke();
    Disk leased = disk.under(lease);
    assertThrows(RevokedError.class, () -> files.peek(path, leased));
    open(0).orElseThrow().close();
  }

  private interface Work {
    String run() throws IOException;
  }

  private static CompletableFuture<String> inBackground(Thread[] thread, Work work) {
    CompletableFuture<String> result = new CompletableFuture<>();
    thread[0] =
        new Thread(
            () -> {
              try {
                result.complete(work.run());
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            });
    thread[0].start();
    return result;
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.isAlive()
        && thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }
}
