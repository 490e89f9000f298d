package dev.sqlguard.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whenever SQLite calls a database damaged, the scan suspects a page or an object, or leaves the
 * damaged table to SQLite. Databases of every shape are damaged in every way. A part of them by
 * default; all with
 *
 * <pre>mvn -Pfull test -pl agent -Dtest='NeverBlindTest,HealthyScanTest'</pre>
 *
 * <p>Counts go to target/scan-fuzz.txt, images that show a fault to target/scan-faults. {@code
 * -Dscan.seed=SEED -Dscan.image=NUMBER:KIND:NUMBER} repeats one of them alone; {@code
 * -Dscan.images=N} sets how many there are.
 */
class NeverBlindTest {
  private static final int A_FEW = 2000;
  private static final int IMAGES = Integer.getInteger("sqlguard.scan.images", A_FEW);
  private static final long SEED = Long.getLong("sqlguard.scan.seed", 20261126);
  private static final String ONE = System.getProperty("sqlguard.scan.image", "");

  /** Of each kind and shape, where there are many images. */
  private static final int LEAST = IMAGES >= 50_000 ? 500 : 1;

  private static final int PER_DATABASE = IMAGES >= 50_000 ? 100 : 10;
  private static final Path FAULTS = Path.of("target", "scan-faults");

  @TempDir private Path folder;

  @Test
  void whateverSqliteCallsDamagedIsSuspected() throws Exception {
    Scanner scanner = (image, threads) -> Scan.of(image, threads, (pages, total) -> {});
    Trials trials = new Trials(SEED, IMAGES, PER_DATABASE, LEAST, folder, FAULTS, scanner);
    if (!ONE.isEmpty()) {
      System.out.println(trials.repeat(ONE));
      return;
    }
    trials.run();
    TrialTally tally = trials.tally();
    Files.writeString(Path.of("target", "scan-fuzz.txt"), "Seed " + SEED + ": " + tally.report());
    System.out.println("seed " + SEED + ": " + tally.summary());
    assertEquals(List.of(), trials.healthyFaults(), "healthy databases");
    assertTrue(tally.faults().isEmpty(), tally::report);
    assertEquals(List.of(), tally.kindsBelow(LEAST), "kinds of damage that SQLite hardly saw");
    assertEquals(Set.of(), tally.featuresBelow(LEAST), "shapes in which SQLite hardly saw damage");
  }
}
