package dev.sqlguard.salvage;

import dev.sqlguard.salvage.bench.OddDatabase;
import dev.sqlguard.salvage.bench.OddDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Damages small databases of all shapes at random and salvages them. Whatever the damage: no
 * exception but that there is nothing to save, no hang, an unchanged input, and a result with which
 * the newest SQLite is content. Runs in a JVM of its own, whose heap is small.
 *
 * <p>Arguments: folder, first seed, number of images. One seed is one image. Prints a line for each
 * failure and ends with 1 if there was any.
 */
final class Fuzz {
  /** Seconds for one image, of which each takes milliseconds. */
  private static final int LIMIT = 60;

  private static final int MOST_FAILURES = 25;
  private static final List<String> SUFFIXES = List.of("", "-wal", "-journal");
  private static final String NUMBERS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ";

  private final Path folder;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread worker = new Thread(task, "salvage");
            worker.setDaemon(true);
            return worker;
          });
  private final List<Path> shapes = new ArrayList<>();
  private int failures;

  private Fuzz(Path folder) {
    this.folder = folder;
  }

  public static void main(String[] args) throws Exception {
    Fuzz fuzz = new Fuzz(Path.of(args[0]));
    fuzz.build();
    long first = Long.parseLong(args[1]);
    long images = Long.parseLong(args[2]);
    for (long seed = first; seed < first + images && fuzz.failures < MOST_FAILURES; seed++) {
      fuzz.image(seed);
    }
    System.out.println(images + " images, " + fuzz.failures + " failures");
    System.exit(fuzz.failures == 0 ? 0 : 1);
  }

  private void build() throws Exception {
    Path sound = Files.createDirectory(folder.resolve("sound"));
    for (OddDatabase odd : OddDatabases.all()) {
      shapes.add(odd.build(sound));
    }
    shapes.add(manyObjects(sound.resolve("many-objects.db")));
    shapes.add(manyIndexes(sound.resolve("many-indexes.db")));
    shapes.add(wal(sound.resolve("wal.db")));
    shapes.add(hotJournal(sound.resolve("journal.db")));
  }

  private static Path manyObjects(Path file) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, "PRAGMA page_size = 512", "PRAGMA encoding = 'UTF-8'");
      for (int i = 0; i < 12; i++) {
        String t = "t" + i;
        String columns = i % 3 == 0 ? "(k TEXT PRIMARY KEY, a, b) WITHOUT ROWID" : "(k, a, b)";
        WrittenDatabase.run(
            db,
            "CREATE TABLE " + t + columns,
            "CREATE INDEX " + t + "a ON " + t + "(a)",
            "CREATE UNIQUE INDEX " + t + "k ON " + t + "(k, b) WHERE a > 3",
            NUMBERS.formatted(60 + 20 * i)
                + "INSERT INTO "
                + t
                + " SELECT 'key ' || (i * 7919 % 1009), i, zeroblob(i % 70 * (i % 11)) FROM n",
            "CREATE TRIGGER r" + i + " AFTER DELETE ON " + t + " BEGIN SELECT 1; END",
            "CREATE VIEW v" + i + " AS SELECT * FROM " + t);
      }
      WrittenDatabase.run(db, "DROP TABLE t5", "DELETE FROM t7 WHERE a % 3 = 0");
    }
    return file;
  }

  private static Path manyIndexes(Path file) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, "PRAGMA page_size = 512", "CREATE TABLE t(id INTEGER, a, b, c)");
      for (int i = 0; i < 60; i++) {
        WrittenDatabase.run(db, "CREATE INDEX i" + i + " ON t(a, b" + (i % 2 == 0 ? ", c)" : ")"));
      }
      WrittenDatabase.run(
          db, NUMBERS.formatted(50) + "INSERT INTO t SELECT i, i % 7, 'b' || i, -i FROM n");
    }
    return file;
  }

  private static Path wal(Path file) throws Exception {
    Path live = file.resolveSibling("live-" + file.getFileName());
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + live)) {
      WrittenDatabase.run(
          db,
          "PRAGMA page_size = 1024",
          "PRAGMA journal_mode = WAL",
          "PRAGMA wal_autocheckpoint = 0",
          "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT, b BLOB)",
          "CREATE INDEX tx ON t(x)",
          NUMBERS.formatted(300) + "INSERT INTO t SELECT i, 'x' || i, zeroblob(i * 5) FROM n",
          "PRAGMA wal_checkpoint(PASSIVE)");
      for (int i = 0; i < 20; i++) {
        WrittenDatabase.run(
            db,
            "UPDATE t SET x = x || 'y', b = zeroblob(2000) WHERE id % 20 = " + i,
            "DELETE FROM t WHERE id % 31 = " + i);
      }
      Files.copy(live, file);
      Files.copy(Path.of(live + "-wal"), Path.of(file + "-wal"));
    }
    return file;
  }

  private static Path hotJournal(Path file) throws Exception {
    Path live = file.resolveSibling("live-" + file.getFileName());
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + live)) {
      WrittenDatabase.run(
          db,
          "PRAGMA page_size = 1024",
          "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
          "CREATE INDEX tx ON t(x)",
          NUMBERS.formatted(1000) + "INSERT INTO t SELECT i, 'x' || (i * 7919 % 1009) FROM n",
          "PRAGMA cache_size = 5",
          "BEGIN",
          "UPDATE t SET x = 'never committed ' || x",
          NUMBERS.formatted(500) + "INSERT INTO t(x) SELECT 'never committed ' || i FROM n");
      Files.copy(live, file);
      Files.copy(Path.of(live + "-journal"), Path.of(file + "-journal"));
    }
    return file;
  }

  private void image(long seed) throws Exception {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    Path sound = shapes.get(random.nextInt(shapes.size()));
    Path damaged = folder.resolve(seed + ".db");
    String how = sound.getFileName() + ": " + damage(sound, damaged, random);
    Optional<Path> backup = Optional.empty();
    if (random.nextInt(4) == 0) {
      boolean own = random.nextInt(4) != 0;
      Path good = own ? sound : shapes.get(random.nextInt(shapes.size()));
      boolean single =
          !Files.exists(Path.of(good + "-wal")) && !Files.exists(Path.of(good + "-journal"));
      backup = single ? Optional.of(good) : backup;
      how += backup.map(b -> ", backup " + b.getFileName()).orElse("");
    }
    Optional<Path> with = backup;
    Future<String> outcome = thread.submit(() -> salvage(damaged, with));
    String failure;
    try {
      failure = outcome.get(LIMIT, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      print(seed, how, "a hang\n" + stackOf("salvage"));
      System.exit(1);
      return;
    } catch (ExecutionException e) {
      StringBuilder trace = new StringBuilder(e.getCause().toString());
      Stream.of(e.getCause().getStackTrace())
          .limit(14)
          .forEach(f -> trace.append("\n    ").append(f));
      failure = trace.toString();
    }
    if (failure != null) {
      failures++;
      print(seed, how, failure);
    } else {
      clear(seed);
    }
  }

  private static String damage(Path sound, Path damaged, Random random) throws IOException {
    int at = random.nextInt(3);
    StringBuilder how = new StringBuilder();
    for (String suffix : SUFFIXES) {
      Path file = Path.of(sound + suffix);
      if (!Files.exists(file)) {
        continue;
      }
      byte[] bytes = Files.readAllBytes(file);
      boolean alone =
          !Files.exists(Path.of(sound + "-wal")) && !Files.exists(Path.of(sound + "-journal"));
      // Of several files one, the other, or both.
      if (alone || at == 2 || (at == 0) == suffix.isEmpty()) {
        int size = pageSize(Files.readAllBytes(sound));
        RandomDamage damage =
            new RandomDamage(bytes, suffix.equals("-wal") ? size + 24 : size, random);
        how.append(suffix).append('[').append(damage.strike()).append(']');
        bytes = damage.bytes();
      }
      Files.write(Path.of(damaged + suffix), bytes);
    }
    return how.toString();
  }

  private static int pageSize(byte[] image) {
    int size = (image[16] & 0xff) << 8 | image[17] & 0xff;
    return size == 1 ? 65536 : size;
  }

  /** Null if all is well. */
  private static String salvage(Path damaged, Optional<Path> backup) throws Exception {
    Salvaged salvaged;
    try {
      salvaged = Salvaged.of(damaged, backup, true);
    } catch (NothingToSaveException e) {
      return null;
    }
    List<String> findings = salvaged.findings();
    return findings.isEmpty() ? null : "integrity: " + findings;
  }

  private void clear(long seed) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith(seed + ".db")).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void print(long seed, String how, String failure) {
    System.out.println("seed " + seed + ", " + how + "\n  " + failure);
  }

  private static String stackOf(String name) {
    StringBuilder trace = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, frames) -> {
              if (thread.getName().equals(name)) {
                Stream.of(frames)
                    .limit(20)
                    .forEach(f -> trace.append("    ").append(f).append('\n'));
              }
            });
    return trace.toString();
  }
}
