package dev.sqlguard.scan;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of a healthy database nothing is suspected, whatever is in it, and only what can't be told
 * without evaluating expressions is left to SQLite. A few databases by default, many with {@code
 * -Pfull}; {@code -Dscan.seed=SEED} takes others.
 */
class HealthyScanTest {
  private static final int A_FEW = 200;
  private static final int DATABASES = Integer.getInteger("sqlguard.scan.healthy", A_FEW);
  private static final long SEED = Long.getLong("sqlguard.scan.seed", 20261126);
  private static final Path FAULTS = Path.of("target", "scan-faults");

  @TempDir private Path folder;

  @Test
  void nothingIsSuspected() throws Exception {
    List<String> faults = new ArrayList<>();
    int tables = 0;
    int left = 0;
    for (int number = 0; number < DATABASES; number++) {
      // Others than those that are damaged.
      Blueprint plan = Blueprint.of(-SEED, number);
      HealthyDatabase healthy = plan.build(folder);
      Path image = Files.write(folder.resolve("image.db"), healthy.bytes());
      ScanReport report = Scan.of(image, 1 + number % 3, (pages, total) -> {});
      List<String> wrong = wrong(plan, report, image);
      if (!wrong.isEmpty()) {
        Files.createDirectories(FAULTS);
        Files.write(FAULTS.resolve("healthy-" + number + ".db"), healthy.bytes());
        faults.add(number + " " + plan.features() + ": " + String.join("\n    ", wrong));
      }
      tables += report.rows().size();
      left += report.undecided().size();
    }
    System.out.println(
        "seed %d: %d healthy databases with %d tables, of which %d are left to SQLite; %d faults"
            .formatted(SEED, DATABASES, tables, left, faults.size()));
    assertTrue(faults.isEmpty(), () -> String.join("\n", faults));
    assertTrue(left < tables / 10, left + " tables of " + tables + " are left to SQLite");
  }

  private static List<String> wrong(Blueprint plan, ScanReport report, Path image)
      throws Exception {
    List<String> wrong = new ArrayList<>();
    report.suspicions().forEach(suspicion -> wrong.add(suspicion.toString()));
    report
        .undecided()
        .forEach(
            (table, why) -> {
              if (plan.shapes().stream().noneMatch(s -> s.undecidable().contains(table))) {
                wrong.add("undecided: " + table + ", " + why);
              }
            });
    Map<String, Long> rows = rows(image);
    if (!rows.equals(report.rows())) {
      wrong.add("rows: " + report.rows() + ", not " + rows);
    }
    Judge.Judgement judgement = Judge.judge(image);
    if (judgement.verdict() != Judge.Verdict.SOUND) {
      wrong.add("not healthy: " + judgement);
    }
    return wrong;
  }

  /** By SQLite's own count. */
  private static Map<String, Long> rows(Path image) throws SQLException {
    Map<String, Long> rows = new TreeMap<>();
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + image);
        Statement statement = db.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet names =
          statement.executeQuery(
              "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")) {
        while (names.next()) {
          tables.add(names.getString(1));
        }
      }
      for (String table : tables) {
        String name = '"' + table.replace("\"", "\"\"") + '"';
        try (ResultSet count =
            statement.executeQuery("SELECT count(*) FROM " + name + " NOT INDEXED")) {
          rows.put(table, count.getLong(1));
        }
      }
    }
    return rows;
  }
}
