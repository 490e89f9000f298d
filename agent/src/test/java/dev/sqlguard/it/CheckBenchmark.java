package dev.sqlguard.it;

import dev.sqlguard.salvage.bench.BaseDatabase;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What checking and backing up costs a whole start, beside {@code sqlite3}'s check and {@code cp},
 * and beside a start of which the database is excluded, so that all the agent does is weave the
 * driver: separate processes, interleaved, medians. Not a test; prints a table. {@code mvn -q
 * -Pcheck-bench -DskipTests verify -pl agent}, with {@code -Dbench.mb=1,186,2000}, {@code
 * -Dbench.runs=9}; see docs/benchmarks.md.
 */
public final class CheckBenchmark {
  private static final int RUNS = Integer.getInteger("bench.runs", 9);
  private static final Path CACHES = Path.of("/proc/sys/vm/drop_caches");

  /** So old a file must be for its times to prove that nothing changed while it was copied. */
  private static final long SETTLED_MILLIS = 2100;

  private CheckBenchmark() {}

  /** Opens a database and reads a row of its first table. Prints when that was. */
  public static final class FirstRow {
    public static void main(String[] arguments) throws Exception {
      try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + arguments[0]);
          Statement statement = db.createStatement()) {
        String table;
        try (ResultSet name =
            statement.executeQuery(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 LIMIT 1")) {
          name.next();
          table = name.getString(1);
        }
        try (ResultSet row = statement.executeQuery("SELECT * FROM \"" + table + "\" LIMIT 1")) {
          row.next();
        }
        System.out.println(now());
      }
    }
  }

  /** In nanoseconds, by a clock that all processes share. */
  private static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  public static void main(String[] arguments) throws Exception {
    System.out.println(
        Runtime.getRuntime().availableProcessors()
            + " processors, medians of "
            + RUNS
            + " interleaved runs, seconds");
    System.out.println();
    System.out.println(
        "| database | without agent | weaving alone | with agent | beyond weaving | agent's share"
            + " | `sqlite3` check | `cp` with fsync | share ÷ (check + `cp`) | share ÷ `cp` |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    Path directory = Files.createTempDirectory("sqlguard-bench-");
    for (String megabytes : System.getProperty("bench.mb", "1,186").split(",")) {
      Path place = Files.createDirectory(directory.resolve(megabytes));
      Path db = place.resolve("app.db");
      BaseDatabase.ofMegabytes(Integer.parseInt(megabytes)).build(db);
      String size = String.format(Locale.ROOT, "%.0f MB", Files.size(db) / 1e6);
      measure(size, db, false);
      if (megabytes.equals("186")) {
        measure(size + ", one core", db, false, "taskset", "-c", "0");
        if (Files.isWritable(CACHES)) {
          measure(size + ", cold cache", db, true);
        }
      }
      for (Path file : Files.list(place).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void measure(String what, Path db, boolean cold, String... prefix)
      throws Exception {
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    Path copy = db.resolveSibling("copy.db");
    for (int run = 0; run < RUNS; run++) {
      change(db, run);
      time(seconds, "without", cold, () -> open(GuardedJvm.jvm().unguarded(), db, prefix));
      time(seconds, "woven", cold, () -> open(GuardedJvm.jvm().options("exclude=**"), db, prefix));
      time(seconds, "with", cold, () -> open(GuardedJvm.jvm(), db, prefix));
      time(
          seconds,
          "check",
          cold,
          () -> run(prefix, "sqlite3", db.toString(), "PRAGMA integrity_check"));
      time(seconds, "cp", cold, () -> copyDurably(db, copy, prefix));
    }
    Files.delete(copy);
    double without = median(seconds.get("without"));
    double woven = median(seconds.get("woven"));
    double with = median(seconds.get("with"));
    double check = median(seconds.get("check"));
    double cp = median(seconds.get("cp"));
    System.out.printf(
        Locale.ROOT,
        "| %s | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.2f | %.2f |%n",
        what,
        without,
        woven,
        with,
        with - woven,
        with - without,
        check,
        cp,
        (with - without) / (check + cp),
        (with - without) / cp);
  }

  private interface Step {
    /** Returns when it was over. */
    long run() throws Exception;
  }

  private static void time(Map<String, List<Double>> seconds, String what, boolean cold, Step step)
      throws Exception {
    if (cold) {
      run(new String[0], "sync");
      Files.writeString(CACHES, "3");
    }
    long start = now();
    long end = step.run();
    seconds.computeIfAbsent(what, name -> new ArrayList<>()).add((end - start) / 1e9);
  }

  /** Otherwise the newest backup would be current, and nothing written. */
  private static void change(Path db, int run) throws Exception {
    Databases.execute(db, "PRAGMA user_version=" + (System.nanoTime() % 1_000_000 + run));
    Thread.sleep(SETTLED_MILLIS);
  }

  /** Over when the first row is read, whatever the process has to do until its end. */
  private static long open(GuardedJvm jvm, Path db, String... prefix) throws Exception {
    var ended = jvm.prefix(prefix).program(FirstRow.class.getName(), db.toString()).run();
    if (ended.exitCode() != 0) {
      throw new IOException(ended.errors().toString());
    }
    return Long.parseLong(ended.output().get(0));
  }

  private static long copyDurably(Path db, Path copy, String... prefix) throws Exception {
    run(prefix, "cp", db.toString(), copy.toString());
    try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return now();
  }

  private static long run(String[] prefix, String... words) throws Exception {
    List<String> command = new ArrayList<>(Arrays.asList(prefix));
    command.addAll(Arrays.asList(words));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(command + " ended with " + process.exitValue());
    }
    return now();
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
