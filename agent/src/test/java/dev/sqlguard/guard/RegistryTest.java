package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.HungDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What all opens of a JVM have in common must not depend on one disk. */
class RegistryTest {
  /** Where the JDK leaves for the kernel. */
  private static final String DISPATCHER = "sun.nio.fs.UnixNativeDispatcher";

  private static final int LOOKS = 50;

  /** From that many on it is looked which of them are gone. */
  private static final int SWEPT = 1024;

  @TempDir Path directory;

  private interface Look {
    void at(Path file) throws IOException;
  }

  private static void inBackground(Look look, Path file, CompletableFuture<String> ended)
      throws InterruptedException {
    awaitHanging(start(look, file, ended));
  }

  private static Thread start(Look look, Path file, CompletableFuture<String> ended) {
    Thread thread =
        new Thread(
            () -> {
              try {
                look.at(file);
                ended.complete("found");
              } catch (IOException e) {
                ended.complete(e.toString());
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** In the same call to the file system each time. */
  private static void awaitHanging(Thread thread) throws InterruptedException {
    for (int seen = 0; seen < LOOKS && thread.isAlive(); Thread.sleep(1)) {
      StackTraceElement[] stack = thread.getStackTrace();
      seen = stack.length > 0 && stack[0].getClassName().equals(DISPATCHER) ? seen + 1 : 0;
    }
  }

  @Test
  void aDiskThatDoesNotAnswerHoldsUpNoOtherFile() throws Exception {
    Path hungDirectory = Files.createDirectory(directory.toRealPath().resolve("hung"));
    Path elsewhere = directory.toRealPath().resolve("elsewhere.db");
    Path late = Files.createFile(directory.toRealPath().resolve("late.db"));
    Registry registry = new Registry();
    GuardedFile found = registry.find(late);
    CompletableFuture<String> opened = new CompletableFuture<>();
    CompletableFuture<String> identified = new CompletableFuture<>();
    try (HungDisk disk = HungDisk.over(hungDirectory);
        HungDisk file = HungDisk.over(late)) {
      inBackground(registry::find, hungDirectory.resolve("app.db"), opened);
      inBackground(path -> registry.identify(found), late, identified);
      CompletableFuture<GuardedFile> other = new CompletableFuture<>();
      new Thread(
              () -> {
                try {
                  other.complete(registry.find(elsewhere));
                } catch (IOException e) {
                  other.completeExceptionally(e);
                }
              })
          .start();
      assertNotNull(other.get(60, TimeUnit.SECONDS));
      assertFalse(opened.isDone() || identified.isDone());
    }
    opened.get(60, TimeUnit.SECONDS);
    identified.get(60, TimeUnit.SECONDS);
  }

  private static void findInTime(Registry registry, List<Path> paths) throws Exception {
    CompletableFuture<String> found = new CompletableFuture<>();
    Look all =
        first -> {
          for (Path path : paths) {
            registry.find(path);
          }
        };
    start(all, paths.get(0), found);
    assertEquals("found", found.get(30, TimeUnit.SECONDS));
  }

  /** Names without a file: nothing is looked for at those. */
  private void addNames(Registry registry) throws Exception {
    List<Path> names = new ArrayList<>();
    for (int i = 0; i < SWEPT; i++) {
      names.add(directory.toRealPath().resolve(i + ".db"));
    }
    findInTime(registry, names);
  }

  private static void awaitEndOfSweep() throws InterruptedException {
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("sqlguard-sweep"))) {
      Thread.sleep(5);
    }
  }

  @Test
  void norDoesTheDiskOfADatabaseThatWasOpenedBefore() throws Exception {
    Path late = Files.createFile(directory.toRealPath().resolve("late.db"));
    Registry registry = new Registry();
    GuardedFile found = registry.find(late);
    try (HungDisk disk = HungDisk.over(late)) {
      addNames(registry);
    }
    awaitEndOfSweep();
    assertSame(found, registry.find(late));
  }

  @Test
  void norDoesOneUnderAnotherNameOfAFile() throws Exception {
    Path hungDirectory = Files.createDirectory(directory.toRealPath().resolve("hung"));
    Path first = Files.createFile(hungDirectory.resolve("app.db"));
    Path link = Files.createLink(directory.toRealPath().resolve("link.db"), first);
    Registry registry = new Registry();
    GuardedFile found = registry.find(first);
    CompletableFuture<String> opened = new CompletableFuture<>();
    try (HungDisk disk = HungDisk.over(hungDirectory)) {
      inBackground(registry::find, link, opened);
      findInTime(registry, List.of(directory.toRealPath().resolve("elsewhere.db")));
      assertFalse(opened.isDone());
    }
    opened.get(60, TimeUnit.SECONDS);
    assertSame(found, registry.find(link));
  }

  @Test
  void aFileThatIsGoneIsForgottenOnceThereAreMany() throws Exception {
    Path gone = Files.createFile(directory.toRealPath().resolve("gone.db"));
    Path there = Files.createFile(directory.toRealPath().resolve("there.db"));
    Registry registry = new Registry();
    GuardedFile forgotten = registry.find(gone);
    GuardedFile kept = registry.find(there);
    Files.delete(gone);
    addNames(registry);
    awaitEndOfSweep();
    assertFalse(registry.all().contains(forgotten));
    assertSame(kept, registry.find(there));
  }

  @Test
  void butNotWhereSomebodyHasAskedForItMeanwhile() throws Exception {
    Path moved = Files.createFile(directory.toRealPath().resolve("moved.db"));
    Path late = Files.createFile(directory.toRealPath().resolve("late.db"));
    Path away = directory.toRealPath().resolve("away.db");
    Registry registry = new Registry();
    GuardedFile found = registry.find(moved);
    registry.find(late);
    Files.move(moved, away);
    try (HungDisk disk = HungDisk.over(late)) {
      addNames(registry);
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().equals("sqlguard-sweep")) {
          awaitHanging(thread);
        }
      }
      Files.move(away, moved);
      assertSame(found, registry.find(moved));
    }
    awaitEndOfSweep();
    assertTrue(registry.all().contains(found));
  }
}
