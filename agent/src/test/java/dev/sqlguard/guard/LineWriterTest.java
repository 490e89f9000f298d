package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Lines are in order and out in time, and whoever says one is never held up by it. */
class LineWriterTest {
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final List<String> written = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch moving = new CountDownLatch(1);
  private volatile Thread writing;

  private void write(long millis, String line) {
    writing = Thread.currentThread();
    written.add(line);
  }

  private void writeOnceItMoves(long millis, String line) {
    try {
      assertTrue(moving.await(60, TimeUnit.SECONDS), "the test forgot to let it move");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    write(millis, line);
  }

  @Test
  void aLineIsWrittenWhenItIsSaidAndNoThreadStays() {
    LineWriter writer = new LineWriter(this::write);
    for (int i = 0; i < 200; i++) {
      writer.say("line " + i);
      assertEquals(i + 1, written.size());
      assertEquals("line " + i, written.get(i));
      assertNotSame(Thread.currentThread(), writing);
      assertFalse(writing.isAlive());
    }
  }

  @Test
  void everyLineOfManyThreadsIsWrittenOnce() throws Exception {
    LineWriter writer = new LineWriter(this::write);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String name = "thread " + i + " line ";
      Thread thread =
          new Thread(
              () -> {
                for (int line = 0; line < 50; line++) {
                  writer.say(name + line);
                  assertTrue(written.contains(name + line));
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(400, written.stream().distinct().count());
    assertEquals(400, written.size());
  }

  @Test
  void whatTakesTooLongIsWaitedForOnceAndComesInOrder() {
    LineWriter writer = new LineWriter(this::writeOnceItMoves);
    long start = System.nanoTime();
    int more = 5;
    for (int i = 0; i < 1 + LineWriter.MOST_WAITING + more; i++) {
      writer.say("line " + i);
    }
    assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10));
    assertEquals(List.of(), written);
    writer.flush(System.nanoTime());
    assertEquals(List.of(), written);
    moving.countDown();
    writer.flush(System.nanoTime() + LONG_NANOS);
    assertEquals(1 + LineWriter.MOST_WAITING + 1, written.size());
    for (int i = 0; i <= LineWriter.MOST_WAITING; i++) {
      assertEquals("line " + i, written.get(i));
    }
    String last = written.get(written.size() - 1);
    assertTrue(last.startsWith("sqlguard: " + more + " lines are missing here"), last);
    writer.say("another");
    assertEquals("another", written.get(written.size() - 1));
  }

  @Test
  void anInterruptIsKeptAndEndsNoWait() {
    LineWriter writer = new LineWriter(this::write);
    Thread.currentThread().interrupt();
    writer.say("line");
    assertTrue(Thread.interrupted());
    assertEquals(List.of("line"), written);
  }

  @Test
  void anErrorWhileWritingCostsThatLineAlone() {
    LineWriter writer =
        new LineWriter(
            (millis, line) -> {
              if (line.equals("bad")) {
                throw new OutOfMemoryError("as told");
              }
              write(millis, line);
            });
    writer.say("bad");
    writer.say("good");
    assertEquals(List.of("good"), written);
  }
}
