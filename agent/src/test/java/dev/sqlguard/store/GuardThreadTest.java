package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the guard does on a thread of its own is none of the application's business. */
class GuardThreadTest {
  private final List<String> seen = new ArrayList<>();

  private final class Spying extends InheritableThreadLocal<String> {
    @Override
    protected String childValue(String parent) {
      seen.add("childValue");
      return parent;
    }
  }

  @Test
  void itHasNothingOfTheThreadThatMakesIt() throws Exception {
    Spying local = new Spying();
    local.set("of the application");
    GuardThread thread =
        new GuardThread(
            "sqlguard-test",
            () -> {
              Thread current = Thread.currentThread();
              seen.add(local.get() + " " + current.getContextClassLoader() + current.isDaemon());
            });
    thread.start();
    thread.join();
    assertEquals(List.of("null nulltrue"), seen);
    assertNull(thread.failure());
  }

  @Test
  void whatItThrowsReachesNobodyAndIsKept() throws Exception {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> seen.add(thrown.toString()));
    try {
      Error error = new OutOfMemoryError("as told");
      GuardThread thread =
          new GuardThread(
              "sqlguard-test",
              () -> {
                throw error;
              });
      thread.start();
      thread.join();
      assertSame(error, thread.failure());
      assertTrue(seen.isEmpty(), seen.toString());
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }
}
