package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guarded JVMs and shells come to one database at the same moment, write to it, and some are
 * killed. Whoever was told that a row is committed finds it at the end, in a sound file. More
 * rounds with {@code -Pfull}.
 */
class MeetingRoundsIT {
  private static final int ROUNDS = 3 * Integer.getInteger("sqlguard.it.rounds", 4);
  private static final long SEED = FaultSeed.of(20_260_407);
  private static final int ROWS = 400;
  private static final int INSERTS = 6;
  private static final int MOST_JVMS = 4;

  /** One of those who meet. */
  private abstract static class Guest {
    final String name;
    int committed;
    volatile boolean killed;

    Guest(String name) {
      this.name = name;
    }

    abstract long pid();

    abstract void use(Path db) throws IOException;

    String insert(int number) {
      return "INSERT INTO t(x) VALUES ('" + name + " " + number + "')";
    }
  }

  private static final class Jvm extends Guest {
    private final GuardedJvm.Running app;

    Jvm(String name, GuardedJvm.Running app) {
      super(name);
      this.app = app;
    }

    @Override
    long pid() {
      return app.pid();
    }

    @Override
    void use(Path db) throws IOException {
      String opened = app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      if (!opened.equals("ok")) {
        throw new AssertionError(name + ": " + opened);
      }
      for (int i = 0; i < INSERTS; i++) {
        committed += app.say("sql", "a", insert(i)).equals("ok") ? 1 : 0;
      }
      app.ok("close", "a");
    }
  }

  private static final class Command extends Guest {
    private final Shell shell;

    Command(String name, Shell shell) {
      super(name);
      this.shell = shell;
    }

    @Override
    long pid() {
      return shell.pid();
    }

    @Override
    void use(Path db) throws IOException {
      for (int i = 0; i < INSERTS; i++) {
        committed += shell.say(insert(i)).isEmpty() ? 1 : 0;
      }
      shell.close();
    }
  }

  @TempDir static Path temporary;

  private static final GuardedJvm.Running[] jvms = new GuardedJvm.Running[MOST_JVMS];
  private static final Starts before = Starts.with("");
  private static final Starts after = Starts.with("");
  private static final ExecutorService threads = Executors.newCachedThreadPool();

  private Random random;
  private Path db;
  private String circumstances;

  @AfterAll
  static void end() throws IOException {
    threads.shutdownNow();
    for (GuardedJvm.Running jvm : jvms) {
      if (jvm != null) {
        jvm.close();
      }
    }
    before.close();
    after.close();
  }

  @Test
  void everyRowThatWasCommittedIsThereAtTheEnd() throws Exception {
    Shell.assumePresent();
    int kills = 0;
    for (int round = 0; round < ROUNDS; round++) {
      random = new Random(SEED + round);
      kills += play(round);
    }
    System.out.println(
        ROUNDS
            + " meetings of processes, "
            + kills
            + " of them killed, "
            + FaultSeed.description());
    assertTrue(kills > 0);
  }

  private int play(int round) throws Exception {
    String mode = round % 2 == 0 ? "wal" : "delete";
    boolean damaged = round % 3 == 2;
    int wanted = random.nextBoolean() ? 2 : MOST_JVMS;
    int shells = round % 4 == 3 ? 0 : 1 + random.nextInt(2);
    circumstances = "round " + round + ", " + mode + (damaged ? ", damaged, " : ", ") + wanted;
    db = Files.createDirectory(temporary.resolve("round-" + round)).resolve("app.db");
    Databases.create(db, ROWS);
    Databases.execute(db, "PRAGMA journal_mode=" + mode);
    before.start(db);
    if (damaged) {
      Databases.damage(db, random.nextBoolean() ? "t" : "ix", 1);
    }
    List<Guest> guests = new ArrayList<>();
    for (int i = 0; i < wanted; i++) {
      guests.add(new Jvm("jvm" + i, warm(i)));
    }
    for (int i = 0; i < shells; i++) {
      guests.add(new Command("shell" + i, new Shell(db, i * 2000)));
    }
    meet(guests);
    int kills = 0;
    for (int i = 0; i < guests.size(); i++) {
      if (guests.get(i).killed) {
        kills++;
        if (i < wanted) {
          jvms[i].awaitEnd();
          jvms[i].close();
          jvms[i] = null;
        }
      }
    }
    assertNothingIsLost(guests);
    return kills;
  }

  /** With its driver loaded, so that those who start together also come together. */
  private static GuardedJvm.Running warm(int number) throws IOException {
    if (jvms[number] == null) {
      jvms[number] = GuardedJvm.jvm().start();
      jvms[number].ok("open", "memory", "drivermanager", "jdbc:sqlite::memory:");
    }
    return jvms[number];
  }

  private void meet(List<Guest> guests) throws Exception {
    List<Integer> lifetimes = new ArrayList<>();
    for (int i = 0; i < guests.size(); i++) {
      lifetimes.add(random.nextInt(3) == 0 ? random.nextInt(250) : -1);
    }
    int mortals = (int) lifetimes.stream().filter(lifetime -> lifetime >= 0).count();
    CyclicBarrier together = new CyclicBarrier(guests.size() + mortals);
    List<Future<?>> working = new ArrayList<>();
    for (int i = 0; i < guests.size(); i++) {
      Guest guest = guests.get(i);
      int late = random.nextInt(30);
      int lifetime = lifetimes.get(i);
      working.add(threads.submit(() -> come(guest, together, late)));
      if (lifetime >= 0) {
        working.add(threads.submit(() -> kill(guest, together, late + lifetime)));
      }
    }
    for (Future<?> one : working) {
      one.get(2, TimeUnit.MINUTES);
    }
  }

  private Void come(Guest guest, CyclicBarrier together, int late) throws Exception {
    together.await();
    Thread.sleep(late);
    try {
      guest.use(db);
    } catch (IOException e) {
      if (!guest.killed) {
        throw e;
      }
    }
    return null;
  }

  private static Void kill(Guest guest, CyclicBarrier together, int millis) throws Exception {
    together.await();
    Thread.sleep(millis);
    guest.killed = true;
    ProcessHandle.of(guest.pid()).ifPresent(ProcessHandle::destroyForcibly);
    return null;
  }

  private void assertNothingIsLost(List<Guest> guests) throws Exception {
    Starts.Start start = after.start(db, "PRAGMA integrity_check");
    String what = circumstances + ": " + start + " " + Databases.filesOf(db);
    assertEquals("ok", start.opened(), what);
    assertEquals(List.of("ok"), start.answers(), what);
    assertEquals(ROWS, count("row"), what);
    for (Guest guest : guests) {
      int rows = count(guest.name);
      int most = guest.committed + (guest.killed ? 1 : 0);
      assertTrue(
          guest.committed <= rows && rows <= most,
          () -> guest.name + " committed " + guest.committed + ", found " + rows + "; " + what);
    }
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), what);
    }
  }

  private int count(String who) throws Exception {
    String query = "SELECT count(*) FROM t NOT INDEXED WHERE x LIKE '" + who + " %'";
    return Integer.parseInt(Databases.query(db, query).get(0));
  }
}
