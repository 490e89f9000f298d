package dev.sqlguard.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.format.Varint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CrewTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Crew crew = new Crew();
  private final Tree first = Tree.unknown("first", 2);
  private final Tree second = Tree.unknown("second", 3);

  private static Task task(Tree tree, Entry low) {
    return new Task(tree, 9, 0, tree.root(), false, 0, Long.MAX_VALUE, low, null);
  }

  private void add(Tree tree, int times) {
    for (int i = 0; i < times; i++) {
      crew.add(task(tree, null));
    }
  }

  @Test
  void treesTakeTurns() {
    add(first, 3);
    add(second, 3);
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      order.add(crew.take().tree().name());
      crew.done();
    }
    assertEquals(List.of("second", "first", "second", "first", "second", "first"), order);
    assertNull(crew.take());
  }

  @Test
  void oneWorksAtATimeWhileTheCrewIsYoung() throws Exception {
    add(first, 1000);
    AtomicInteger working = new AtomicInteger();
    AtomicInteger alone = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    Runnable work =
        () -> {
          while (crew.take() != null) {
            int busy = working.incrementAndGet();
            if (crew.isYoung()) {
              (busy == 1 ? alone : together).incrementAndGet();
            }
            working.decrementAndGet();
            crew.done();
          }
        };
    Thread other = new Thread(work);
    other.setDaemon(true);
    other.start();
    work.run();
    other.join(PATIENCE.toMillis());
    assertFalse(other.isAlive());
    assertEquals(0, together.get());
    assertTrue(alone.get() > 100, alone + " tasks while young");
  }

  @Test
  void failureWakesWhoeverWaits() throws Exception {
    add(first, 2);
    crew.take();
    Thread other = new Thread(crew::take);
    other.setDaemon(true);
    other.start();
    while (other.isAlive() && other.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertTrue(other.isAlive(), "nothing was left to wait for");
    crew.fail(new IOException("broken"));
    other.join(PATIENCE.toMillis());
    assertFalse(other.isAlive());
  }

  @Test
  void longKeysAreFewAtATime() throws IOException {
    Entry key = longKey();
    int tasks = 0;
    while (crew.isYoung()) {
      crew.add(task(first, key));
      tasks++;
    }
    assertTrue(tasks > 100 && tasks < 150, tasks + " tasks with 60 kB each");
    assertFalse(crew.isHungry());
    while (tasks > 0) {
      crew.take();
      crew.done();
      tasks--;
    }
    assertTrue(crew.isHungry());
  }

  /** A record with a BLOB, all of it on one page. */
  private static Entry longKey() throws IOException {
    int length = 60_000;
    byte[] page = new byte[65536 + BigEndian.PADDING];
    int at = Varint.put(page, Varint.put(page, 0, length), 1);
    page[at] = 4;
    Varint.put(page, at + 1, SerialType.BLOB + 2 * (length - 4));
    CellCursor cell = new CellCursor(new Geometry(65536, 65536, 9));
    assertTrue(cell.parse(page, BtreePage.LEAF_TABLE, 0));
    Entry entry = new Entry();
    Suspicions suspicions = new Suspicions(1);
    assertEquals(Entry.Result.READ, entry.read(page, 2, cell, "t", 0, null, suspicions));
    Entry copy = new Entry();
    copy.copyOf(entry);
    return copy;
  }
}
