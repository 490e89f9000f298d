package dev.sqlguard.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Many damaged images of many databases, on all cores. */
final class Trials {
  /** Healthy databases beyond the wanted number of images, until all counts are reached. */
  private static final int MOST_TIMES = 6;

  private static final int MOST_FAULTS = 200;
  private static final int MOST_KEPT = 20;

  /** Seconds for one image, of which each takes milliseconds. */
  private static final int LIMIT = 120;

  private final long seed;
  private final int wanted;
  private final int perDatabase;
  private final int least;
  private final Path folder;
  private final Path kept;
  private final Scanner scanner;
  private final TrialTally tally = new TrialTally();
  private final AtomicInteger next = new AtomicInteger();
  private final List<String> healthyFaults = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger keptFalse = new AtomicInteger();

  /**
   * @param least how many images SQLite must call damaged of each kind and of each shape
   * @param kept where the images go that show a fault
   */
  Trials(
      long seed, int wanted, int perDatabase, int least, Path folder, Path kept, Scanner scanner) {
    this.seed = seed;
    this.wanted = wanted;
    this.perDatabase = perDatabase;
    this.least = least;
    this.folder = folder;
    this.kept = kept;
    this.scanner = scanner;
  }

  TrialTally tally() {
    return tally;
  }

  /** What the scan suspects of healthy databases, and healthy ones that SQLite calls damaged. */
  List<String> healthyFaults() {
    return healthyFaults;
  }

  void run() throws Exception {
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService workers =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "trials");
              thread.setDaemon(true);
              return thread;
            });
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Path own = Files.createDirectory(folder.resolve("worker-" + i));
      running.add(
          workers.submit(
              () -> {
                work(own);
                return null;
              }));
    }
    workers.shutdown();
    for (Future<?> worker : running) {
      await(worker);
    }
  }

  private void await(Future<?> worker) throws Exception {
    for (int before = -1; ; before = tally.images()) {
      try {
        worker.get(LIMIT, TimeUnit.SECONDS);
        return;
      } catch (TimeoutException e) {
        if (tally.images() == before) {
          StringBuilder stacks = new StringBuilder("no image is ready any more");
          Thread.getAllStackTraces()
              .forEach(
                  (thread, frames) ->
                      stacks.append("\n").append(thread).append(Arrays.toString(frames)));
          throw new AssertionError(stacks.toString());
        }
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause());
      }
    }
  }

  private void work(Path own) throws SQLException, IOException {
    int last = MOST_TIMES * (wanted / perDatabase + Shape.values().length);
    while (tally.faults().size() < MOST_FAULTS) {
      Blueprint plan = Blueprint.of(seed, next.getAndIncrement());
      List<DamageKind> kinds = List.of(DamageKind.values());
      if (tally.images() >= wanted) {
        List<DamageKind> few = tally.kindsBelow(least);
        boolean isWanted = !Collections.disjoint(plan.features(), tally.featuresBelow(least));
        if (few.isEmpty() && tally.featuresBelow(least).isEmpty() || plan.number() > last) {
          return;
        }
        if (!isWanted && few.isEmpty()) {
          continue;
        }
        kinds = isWanted ? kinds : few;
      }
      database(plan, kinds, own);
    }
  }

  private void database(Blueprint plan, List<DamageKind> kinds, Path own)
      throws SQLException, IOException {
    HealthyDatabase healthy = plan.build(own);
    ScanReport before = healthy(healthy, own);
    for (int number = 0; number < perDatabase; number++) {
      int turn = plan.number() * perDatabase + number;
      trial(healthy, before, kinds.get(turn % kinds.size()), number, own);
    }
  }

  /** Also the harness is tested by this: SQLite must be content. */
  private ScanReport healthy(HealthyDatabase healthy, Path own) throws IOException {
    Blueprint plan = healthy.blueprint();
    Path image = Files.write(own.resolve("healthy.db"), healthy.bytes());
    ScanReport report = scanner.scan(image, 1);
    if (!report.suspicions().isEmpty()) {
      healthyFaults.add(plan.number() + " " + plan.features() + ": " + report.suspicions());
      keep("healthy-" + plan.number(), healthy.bytes());
    }
    Judge.Judgement judgement = Judge.judge(image);
    if (judgement.verdict() != Judge.Verdict.SOUND) {
      healthyFaults.add(plan.number() + " " + plan.features() + ": SQLite says " + judgement);
    }
    tally.addHealthy(plan);
    return report;
  }

  private void trial(
      HealthyDatabase healthy, ScanReport before, DamageKind kind, int number, Path own)
      throws IOException, SQLException {
    byte[] bytes = Trial.damaged(healthy, kind, number);
    if (bytes == null) {
      return;
    }
    Trial trial = Trial.of(healthy, before, kind, number, bytes, own, scanner);
    tally.add(trial);
    boolean suspicion = trial.result() == Trial.Result.FALSE_SUSPICION;
    if (trial.result().isFault() || suspicion && keptFalse.getAndIncrement() < MOST_KEPT) {
      keep(trial.result() + "-" + trial.id().replace(':', '-'), bytes);
    }
  }

  private void keep(String name, byte[] bytes) throws IOException {
    Files.createDirectories(kept);
    Files.write(kept.resolve(seed + "-" + name + ".db"), bytes);
  }

  /** One image again, by its {@link Trial#id}. */
  Trial repeat(String id) throws SQLException, IOException {
    String[] parts = id.split(":");
    HealthyDatabase healthy = Blueprint.of(seed, Integer.parseInt(parts[0])).build(folder);
    DamageKind kind = DamageKind.valueOf(parts[1]);
    int number = Integer.parseInt(parts[2]);
    ScanReport before = healthy(healthy, folder);
    byte[] bytes = Trial.damaged(healthy, kind, number);
    keep(id.replace(':', '-'), bytes);
    return Trial.of(healthy, before, kind, number, bytes, folder, scanner);
  }
}
