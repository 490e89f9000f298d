package dev.sqlguard.it.torture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.GuardedJvm;
import dev.sqlguard.it.Mounts;
import dev.sqlguard.it.Shell;
import dev.sqlguard.it.torture.TortureTally.Count;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Applications with several threads that commit, killed with SIGKILL at random moments: in the
 * guard's start, in its work at exit, in between; with damage, full disks, and two JVMs at once; a
 * third of the databases with {@code check=auto}, so that starts rely on seals. No acknowledged row
 * is lost. What was done and found is printed, and written to {@code target/torture.txt}.
 *
 * <p>{@code -Dtorture.rounds} is how many processes come to a database in all; a sixth of that is
 * how many kills in a start and in an exit have to be proven, else there are more rounds. What the
 * rounds do follows from {@code -Dtorture.seed}; the moments are the machine's.
 */
class TortureIT {
  private static final int ROUNDS = Integer.getInteger("torture.rounds", 40);
  private static final long SEED = Long.getLong("torture.seed", 20_260_601);
  private static final int ROUNDS_OF_A_LIFE = 12;
  private static final int LANES = 2;
  private static final int ROUNDS_ON_A_SMALL_DISK = 6 + ROUNDS / 8;
  private static final int MOST_FAILURES = 4;
  private static final int MOST_ROUNDS = 3 * ROUNDS + 100;

  @TempDir Path temporary;

  @AutoClose private final Mounts mounts = new Mounts();

  private static final TortureTally tally = new TortureTally();
  private static final AtomicInteger lives = new AtomicInteger();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger rounds = new AtomicInteger();

  @AfterAll
  static void tell() throws IOException {
    String summary = tally.summary(SEED);
    System.out.print(summary);
    Files.writeString(target().resolve("torture.txt"), summary);
  }

  @Test
  void noAcknowledgedRowIsLost() throws Exception {
    Shell.assumePresent();
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < LANES; i++) {
        Path drivers = Files.createDirectory(temporary.resolve("drivers-" + i));
        all.add(lanes.submit(() -> play(drivers)));
      }
      for (Future<?> lane : all) {
        lane.get();
      }
    } finally {
      lanes.shutdownNow();
    }
    assertNoFailure();
    assertTrue(isEnough(), "most kills miss");
  }

  @Test
  void norWhereTheDiskFillsUp() throws Exception {
    Shell.assumePresent();
    Path root = Files.createDirectory(temporary.toRealPath().resolve("disk"));
    mounts.memory(root, "8m");
    SmallDisk disk = new SmallDisk(root);
    Path drivers = Files.createDirectory(temporary.resolve("drivers"));
    try (WriterSupply jvms = new WriterSupply(drivers)) {
      while (rounds.get() < ROUNDS_ON_A_SMALL_DISK && failures.size() < MOST_FAILURES) {
        disk.free();
        disk.shrink();
        int number = lives.getAndIncrement();
        Path directory = Files.createDirectory(root.resolve("life-" + number));
        live(number, directory, jvms, disk, () -> rounds.get() >= ROUNDS_ON_A_SMALL_DISK);
      }
    }
    assertNoFailure();
  }

  private Void play(Path drivers) throws Exception {
    try (WriterSupply jvms = new WriterSupply(drivers)) {
      while (!isEnough() && rounds.get() < MOST_ROUNDS && failures.size() < MOST_FAILURES) {
        int number = lives.getAndIncrement();
        Path directory = Files.createDirectory(temporary.toRealPath().resolve("life-" + number));
        live(number, directory, jvms, null, this::isEnough);
      }
    }
    return null;
  }

  private void assertNoFailure() {
    AssertionError all = new AssertionError(failures.size() + " failures");
    failures.forEach(all::addSuppressed);
    if (!failures.isEmpty()) {
      throw all;
    }
  }

  /** Some rounds with one database; the others don't depend on what comes of it. */
  private void live(
      int number, Path directory, WriterSupply jvms, SmallDisk disk, BooleanSupplier isEnough)
      throws Exception {
    Random random = new Random(SEED + number);
    TortureLife life = new TortureLife(directory, disk, number % 3 == 1, random, jvms, tally);
    try {
      for (int i = 0; i < ROUNDS_OF_A_LIFE && !life.isOver() && !isEnough.getAsBoolean(); i++) {
        rounds.incrementAndGet();
        life.round();
      }
      if (!life.isOver()) {
        life.end();
      }
    } catch (Throwable e) {
      Path kept = target().resolve("torture-" + SEED + "-" + number);
      delete(kept);
      copy(directory, kept);
      String story = String.join("\n  ", life.story());
      AssertionError failure =
          new AssertionError("seed " + SEED + ", life " + number + "\n  " + story, e);
      failures.add(failure);
      try (PrintWriter out = new PrintWriter(kept.resolve("story.txt").toFile())) {
        failure.printStackTrace(out);
      }
    }
    delete(directory);
    jvms.tidyUp();
  }

  private boolean isEnough() {
    return rounds.get() >= ROUNDS
        && tally.get(Count.KILLS_IN_START) >= ROUNDS / 6
        && tally.get(Count.KILLS_IN_EXIT) >= ROUNDS / 6;
  }

  private static Path target() {
    return GuardedJvm.AGENT.getParent();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
