package dev.sqlguard.scan;

import dev.sqlguard.schema.VirtualTableSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** One damaged image, seen by the scan and by SQLite. */
record Trial(
    Blueprint blueprint,
    DamageKind kind,
    int number,
    Result result,
    String says,
    long scanNanos,
    long judgeNanos) {

  /** How the two agree. */
  enum Result {
    /** SQLite sees damage, and the scan names a page or an object. */
    SUSPECTED(true),
    /** The schema's text has changed: SQLite is asked before such a schema is trusted. */
    SCHEMA_CHANGED(true),
    /** SQLite is asked about the very table that is damaged, because the scan can't tell. */
    ASKED(true),
    MISSED(true),
    SOUND(false),
    FALSE_SUSPICION(false),
    CANNOT_TELL(false),
    /** Whatever the bytes are: this is a fault. */
    THROWN(false);

    private final boolean damage;

    Result(boolean damage) {
      this.damage = damage;
    }

    /** Whether SQLite calls the image damaged. */
    boolean isDamage() {
      return damage;
    }

    boolean isFault() {
      return this == MISSED || this == THROWN;
    }
  }

  private static final int SEVERAL_THREADS = 8;

  /** Repeats this image, see {@link NeverBlindTest}. */
  String id() {
    return blueprint.number() + ":" + kind + ":" + number;
  }

  /** Null where {@code kind} can't happen to the database. */
  static byte[] damaged(HealthyDatabase healthy, DamageKind kind, int number)
      throws IOException, SQLException {
    Blueprint plan = healthy.blueprint();
    long seed = Objects.hash(plan.seed(), plan.number(), kind.name(), number);
    return kind.inflict(healthy, new Random(seed * 0x9E3779B97F4A7C15L));
  }

  /**
   * @param before what the scan says of the healthy database
   */
  static Trial of(
      HealthyDatabase healthy,
      ScanReport before,
      DamageKind kind,
      int number,
      byte[] bytes,
      Path folder,
      Scanner scanner)
      throws IOException {
    Path image = Files.write(folder.resolve("image.db"), bytes);
    long start = System.nanoTime();
    ScanReport report = null;
    String thrown = null;
    try {
      report = scanner.scan(image, number % SEVERAL_THREADS == 0 ? 3 : 1);
    } catch (IOException | RuntimeException | Error e) {
      StringBuilder trace = new StringBuilder(e.toString());
      for (StackTraceElement frame : e.getStackTrace()) {
        trace.append("\n    ").append(frame);
      }
      thrown = trace.toString();
    }
    long scanned = System.nanoTime();
    Judge.Judgement judgement = Judge.judge(image);
    long judged = System.nanoTime();
    Result result =
        thrown != null
            ? Result.THROWN
            : judgement.isDamage() ? noticed(report, before, image) : unharmed(report, judgement);
    String says =
        switch (result) {
          case THROWN -> thrown;
          case FALSE_SUSPICION -> report.suspicions().get(0).toString();
          default -> judgement.text();
        };
    return new Trial(
        healthy.blueprint(), kind, number, result, says, scanned - start, judged - scanned);
  }

  private static Result noticed(ScanReport report, ScanReport before, Path image)
      throws IOException {
    for (Suspicion suspicion : report.suspicions()) {
      if (suspicion.page() > 0 || !suspicion.object().isEmpty()) {
        return Result.SUSPECTED;
      }
    }
    if (!report.schemaHash().equals(before.schemaHash())) {
      return Result.SCHEMA_CHANGED;
    }
    Set<String> asked = new LinkedHashSet<>(report.undecided().keySet());
    if (report.schema() != null) {
      report.schema().virtualTables().stream().map(VirtualTableSchema::name).forEach(asked::add);
    }
    return Judge.judge(image, asked).isDamage() ? Result.ASKED : Result.MISSED;
  }

  private static Result unharmed(ScanReport report, Judge.Judgement judgement) {
    if (judgement.verdict() == Judge.Verdict.CANNOT_TELL) {
      return Result.CANNOT_TELL;
    }
    return report.suspicions().isEmpty() ? Result.SOUND : Result.FALSE_SUSPICION;
  }
}
