package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.sqlguard.it.HungDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What all opens of a JVM have in common must not depend on one disk. */
class RegistryTest {
  /** Where the JDK leaves for the kernel. */
  private static final String DISPATCHER = "sun.nio.fs.UnixNativeDispatcher";

  private static final int LOOKS = 50;

  @TempDir Path directory;

  private interface Look {
    void at(Path file) throws IOException;
  }

  private static void inBackground(Look look, Path file, CompletableFuture<String> ended)
      throws InterruptedException {
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
    thread.start();
    awaitHanging(thread);
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
}
