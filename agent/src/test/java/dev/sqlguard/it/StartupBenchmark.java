package dev.sqlguard.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the guard costs at start-up, measured side by side: separate JVMs, interleaved, medians. Not
 * a test; prints a table. {@code mvn -q -Pbench -DskipTests verify -pl agent}, with {@code
 * -Pmatrix,bench} also for Spring Boot; see docs/benchmarks.md.
 */
public final class StartupBenchmark {
  private static final int RUNS = Integer.getInteger("bench.runs", 21);
  private static final int SMALL = 50;
  private static final List<String> VARIANTS = List.of("without", "empty", "guarded");

  private final Path directory = Files.createTempDirectory("sqlguard-bench-");
  private final Path emptyAgent = directory.resolve("empty-agent.jar");

  private StartupBenchmark() throws Exception {
    try (JarMaker jar = new JarMaker(emptyAgent, "Premain-Class", EmptyAgent.class.getName())) {
      jar.addClass(EmptyAgent.class);
    }
  }

  /** The shortest program. */
  public static final class Hello {
    public static void main(String[] arguments) {
      System.out.println("hello");
    }
  }

  /** Opens a database and reads from it; prints how long that took, in microseconds. */
  public static final class FirstOpen {
    public static void main(String[] arguments) throws Exception {
      long start = System.nanoTime();
      try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + arguments[0]);
          Statement statement = db.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*) FROM t")) {
        row.next();
      }
      System.out.println((System.nanoTime() - start) / 1000);
    }
  }

  /** Opens a database again and again; prints the median of 1,000 opens, in nanoseconds. */
  public static final class SecondOpen {
    public static void main(String[] arguments) throws Exception {
      long[] nanos = new long[1000];
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < nanos.length; i++) {
          long start = System.nanoTime();
          Connection db = DriverManager.getConnection("jdbc:sqlite:" + arguments[0]);
          nanos[i] = System.nanoTime() - start;
          db.close();
        }
      }
      Arrays.sort(nanos);
      System.out.println(nanos[nanos.length / 2]);
    }
  }

  public static void main(String[] arguments) throws Exception {
    StartupBenchmark benchmark = new StartupBenchmark();
    System.out.println(
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors, medians of "
            + RUNS
            + " interleaved runs");
    for (Path java : GuardedJvm.javas()) {
      System.out.println();
      System.out.println("JDK: " + java.getFileName());
      System.out.println();
      System.out.println(
          "| what | without | empty agent | guarded | guarded − empty agent | ratio |");
      System.out.println("|---|---|---|---|---|---|");
      benchmark.hello(java);
      benchmark.firstOpen(java, "first open, 24 kB, backup made", SMALL, false);
      benchmark.firstOpen(java, "first open, 24 kB, backup current", SMALL, true);
      benchmark.firstOpen(java, "first open, 1 MB, backup made", 6000, false);
      benchmark.secondOpen(java);
      if (Files.exists(MatrixPrograms.jar("spring-boot"))) {
        benchmark.springBoot(java);
      }
    }
  }

  private void hello(Path java) throws Exception {
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    for (int run = 0; run < RUNS; run++) {
      for (String variant : VARIANTS) {
        long start = System.nanoTime();
        variant(variant, java).program(Hello.class.getName()).run();
        add(millis, variant, (System.nanoTime() - start) / 1e6);
      }
    }
    print("hello, world (ms)", millis);
  }

  private void firstOpen(Path java, String what, int rows, boolean current) throws Exception {
    Path model = directory.resolve(rows + ".db");
    if (!Files.exists(model)) {
      Databases.create(model, rows);
    }
    Map<String, List<Double>> wall = new LinkedHashMap<>();
    Map<String, List<Double>> inside = new LinkedHashMap<>();
    for (int run = 0; run < RUNS; run++) {
      for (String variant : VARIANTS) {
        Path place = Files.createTempDirectory(directory, "run");
        Path db = place.resolve("app.db");
        Files.copy(model, db);
        if (current) {
          GuardedJvm.jvm().program(FirstOpen.class.getName(), db.toString()).run();
        }
        long start = System.nanoTime();
        var ended = variant(variant, java).program(FirstOpen.class.getName(), db.toString()).run();
        add(wall, variant, (System.nanoTime() - start) / 1e6);
        add(inside, variant, Long.parseLong(ended.output().get(0)) / 1e3);
      }
    }
    print(what + ": whole process (ms)", wall);
    print(what + ": connect and read (ms)", inside);
  }

  private void secondOpen(Path java) throws Exception {
    Path db = directory.resolve("second.db");
    if (!Files.exists(db)) {
      Databases.create(db, SMALL);
    }
    Map<String, List<Double>> micros = new LinkedHashMap<>();
    for (int run = 0; run < 5; run++) {
      for (String variant : VARIANTS) {
        var ended = variant(variant, java).program(SecondOpen.class.getName(), db.toString()).run();
        add(micros, variant, Long.parseLong(ended.output().get(0)) / 1e3);
      }
    }
    print("later open, median of 1,000 (µs)", micros);
  }

  /** From the start of the process to its end, with a pool and one row written. */
  private void springBoot(Path java) throws Exception {
    Map<String, List<Double>> wall = new LinkedHashMap<>();
    Map<String, List<Double>> memory = new LinkedHashMap<>();
    for (int run = 0; run < RUNS; run++) {
      for (String variant : VARIANTS) {
        Path db = Files.createTempDirectory(directory, "boot").resolve("app.db");
        Databases.create(db, SMALL);
        GuardedJvm program = MatrixPrograms.springBoot(variant(variant, java), db);
        long start = System.nanoTime();
        try (var running = program.start()) {
          add(memory, variant, peakMegabytes(running.pid()));
          running.awaitEnd();
        }
        add(wall, variant, (System.nanoTime() - start) / 1e6);
      }
    }
    print("Spring Boot 4, start to end (ms)", wall);
    print("Spring Boot 4, peak resident set (MB)", memory);
  }

  /** Looks until the process has ended. */
  private static double peakMegabytes(long pid) throws Exception {
    double peak = 0;
    while (true) {
      List<String> status;
      try {
        status = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
      } catch (IOException e) {
        return peak;
      }
      String high =
          status.stream().filter(line -> line.startsWith("VmHWM:")).findFirst().orElse("");
      if (high.isEmpty()) {
        return peak;
      }
      peak = Long.parseLong(high.replaceAll("\\D", "")) / 1024.0;
      Thread.sleep(10);
    }
  }

  private GuardedJvm variant(String name, Path java) {
    GuardedJvm jvm = GuardedJvm.jvm().java(java);
    return switch (name) {
      case "without" -> jvm.unguarded();
      case "empty" -> jvm.unguarded().jvmArguments("-javaagent:" + emptyAgent);
      default -> jvm;
    };
  }

  private static void add(Map<String, List<Double>> values, String variant, double value) {
    values.computeIfAbsent(variant, key -> new ArrayList<>()).add(value);
  }

  private static void print(String what, Map<String, List<Double>> values) {
    double without = median(values.get("without"));
    double empty = median(values.get("empty"));
    double guarded = median(values.get("guarded"));
    System.out.printf(
        "| %s | %.1f | %.1f | %.1f | %+.1f | %.2f |%n",
        what, without, empty, guarded, guarded - empty, guarded / empty);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    sorted.sort(null);
    return sorted.get(sorted.size() / 2);
  }
}
