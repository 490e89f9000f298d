package dev.sqlguard.scan;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What a healthy database will be like. Seed and number are all it depends on. Its properties take
 * turns, each at a pace of its own.
 */
record Blueprint(
    long seed,
    int number,
    List<Shape> shapes,
    int pageSize,
    String encoding,
    String autoVacuum,
    int reserved,
    boolean oldFormat,
    boolean withLog) {
  private static final List<String> ENCODINGS = List.of("UTF-8", "UTF-16le", "UTF-16be", "UTF-8");
  private static final List<String> AUTO_VACUUM = List.of("none", "full", "none", "incremental");
  private static final int[] RESERVED = {0, 0, 8, 0, 32, 0, 3};
  private static final int RESERVED_AT = 20;
  private static final int FORMAT_AT = 44;
  private static final int CONTENT_START_AT = 105;
  private static final int LARGE_PAGES = 16384;

  static Blueprint of(long seed, int number) {
    Random random = new Random((seed * 1_000_003 + number) * 0x9E3779B97F4A7C15L);
    Shape[] all = Shape.values();
    int pageSize = 512 << number % 8;
    Set<Shape> shapes = new LinkedHashSet<>();
    shapes.add(all[number % all.length]);
    while (pageSize < LARGE_PAGES && shapes.size() < 3 && random.nextBoolean()) {
      shapes.add(all[random.nextInt(all.length)]);
    }
    return new Blueprint(
        seed,
        number,
        List.copyOf(shapes),
        pageSize,
        ENCODINGS.get(random.nextInt(ENCODINGS.size())),
        AUTO_VACUUM.get(random.nextInt(AUTO_VACUUM.size())),
        RESERVED[random.nextInt(RESERVED.length)],
        random.nextInt(6) == 0,
        random.nextInt(5) == 0);
  }

  /** What it counts as. */
  Set<String> features() {
    Set<String> features = new LinkedHashSet<>();
    shapes.forEach(shape -> features.add(shape.toString()));
    features.add("pages of " + pageSize);
    features.add(encoding);
    features.add("auto-vacuum " + autoVacuum);
    features.add(reserved > 0 ? "reserved bytes" : "no reserved bytes");
    features.add(oldFormat ? "schema format 1" : "schema format 4");
    features.add(withLog ? "a log, folded" : "a journal");
    return features;
  }

  HealthyDatabase build(Path folder) throws SQLException, IOException {
    Path file = folder.resolve(number + ".db");
    List<byte[]> states = new ArrayList<>();
    Random random = new Random((seed * 1_000_003 + number) * 0x9E3779B97F4A7C15L + 1);
    try (Work work = new Work(file, random)) {
      work.open();
      work.run(
          "PRAGMA page_size=" + pageSize,
          "PRAGMA encoding='" + encoding + "'",
          "PRAGMA auto_vacuum=" + autoVacuum,
          "PRAGMA user_version=1");
      work.close();
      amend(file);
      work.open();
      work.run("PRAGMA journal_mode=" + (withLog ? "WAL" : "MEMORY"), "BEGIN");
      for (Shape shape : shapes) {
        shape.make(work);
      }
      work.run("COMMIT");
      for (int most : new int[] {30, 4}) {
        work.close();
        states.add(Files.readAllBytes(file));
        work.open();
        work.run("BEGIN");
        work.change(most);
        work.run("COMMIT");
      }
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return new HealthyDatabase(this, bytes, states);
  }

  /** A database that is one empty page so far gets what no statement gives it. */
  private void amend(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      if (oldFormat) {
        bytes.seek(FORMAT_AT);
        bytes.writeInt(1);
      }
      if (reserved > 0) {
        bytes.seek(RESERVED_AT);
        bytes.writeByte(reserved);
        bytes.seek(CONTENT_START_AT);
        bytes.writeShort(pageSize - reserved);
      }
    }
  }
}
