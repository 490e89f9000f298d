package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No false alarm: each of many different healthy databases is backed up, and nothing else. */
class HealthyCorpusIT {
  private static final int COUNT = 240;
  private static final long SEED = 20_260_304;
  private static final boolean ALL = Integer.getInteger("sqlguard.it.rounds", 4) > 10;
  private static final List<String> WITH_SIDES = List.of("", "-wal", "-journal");

  /** Broken constraints are data; what they are called depends on the version. */
  private static final String NO_DAMAGE = "ok|CHECK constraint failed in .*|.* value in .*";

  @TempDir static Path directory;
  private static List<HealthyCorpus.Specimen> corpus;

  @BeforeAll
  static void make() throws Exception {
    corpus = HealthyCorpus.make(directory, COUNT, SEED);
    Map<String, Integer> uses = new TreeMap<>();
    Set<Set<String>> kinds = new HashSet<>();
    for (HealthyCorpus.Specimen specimen : corpus) {
      specimen.features().forEach(feature -> uses.merge(feature, 1, Integer::sum));
      kinds.add(specimen.features());
    }
    System.out.println(
        COUNT
            + " healthy databases of "
            + kinds.size()
            + " kinds, from "
            + uses.size()
            + " features");
    assertEquals(COUNT, kinds.size());
    assertTrue(uses.size() > HealthyParts.all().size(), uses::toString);
    assertTrue(Set.copyOf(uses.values()).stream().allMatch(n -> n > 10), uses::toString);
  }

  @ParameterizedTest
  @MethodSource("dev.sqlguard.it.Drivers#versions")
  void isBackedUpAndNothingElse(String driver) throws Exception {
    Path folder = Files.createDirectory(directory.resolve(driver));
    List<String> alarms = new ArrayList<>();
    try (Drivers drivers = new Drivers("")) {
      for (HealthyCorpus.Specimen specimen : shareOf(driver)) {
        Path db = folder.resolve(specimen.file().getFileName());
        copy(specimen.file(), db);
        Starts.Start start = drivers.starts(driver).start(db);
        String wrong = whatIsWrong(specimen.file(), db, start);
        if (!wrong.isEmpty()) {
          alarms.add(wrong + ": " + specimen.features() + ": " + start);
        }
        delete(db);
      }
    }
    assertEquals(0, alarms.size(), () -> String.join("\n", alarms));
  }

  /** The newest gets all of them, the others a sixth, unless there is time. */
  private static List<HealthyCorpus.Specimen> shareOf(String driver) {
    if (driver.equals(Drivers.NEWEST) || ALL) {
      return corpus;
    }
    List<HealthyCorpus.Specimen> share = new ArrayList<>();
    for (int i = 1; i < COUNT; i += 6) {
      share.add(corpus.get(i));
    }
    return share;
  }

  private static String whatIsWrong(Path original, Path db, Starts.Start start) throws Exception {
    Path bak = Databases.beside(db, ".bak");
    if (!start.opened().equals("ok") || start.lines().size() != 1) {
      return "not one line";
    }
    for (String suffix : WITH_SIDES) {
      if (!Arrays.equals(bytes(original, suffix), bytes(db, suffix))) {
        return "changed: its " + suffix;
      }
    }
    List<String> left = new ArrayList<>(Databases.filesOf(db));
    WITH_SIDES.forEach(suffix -> left.remove(db.getFileName() + suffix));
    if (!left.equals(List.of(bak.getFileName().toString()))) {
      return "files beside it " + left;
    }
    byte[] committed = committed(original, db);
    byte[] backup = normal(Files.readAllBytes(bak));
    int at = Arrays.mismatch(committed, backup);
    return at < 0 ? "" : "backup differs at " + at + " of " + committed.length;
  }

  /** What SQLite makes of the database and its log or journal. */
  private static byte[] committed(Path original, Path db) throws Exception {
    Path copy = db.resolveSibling("copy.db");
    copy(original, copy);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      try (ResultSet findings = statement.executeQuery("PRAGMA integrity_check")) {
        while (findings.next()) {
          assertTrue(findings.getString(1).matches(NO_DAMAGE), findings.getString(1));
        }
      }
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    byte[] bytes = normal(Files.readAllBytes(copy));
    delete(copy);
    return bytes;
  }

  /** Without the version of the file, its counters of changes, and what is behind the last page. */
  private static byte[] normal(byte[] image) {
    Arrays.fill(image, 18, 20, (byte) 0);
    Arrays.fill(image, 24, 28, (byte) 0);
    Arrays.fill(image, 92, 100, (byte) 0);
    int size = (image[16] & 0xff) << 8 | image[17] & 0xff;
    return Arrays.copyOf(image, image.length - image.length % (size == 1 ? 65536 : size));
  }

  private static byte[] bytes(Path db, String suffix) throws IOException {
    Path file = Databases.beside(db, suffix);
    return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
  }

  private static void copy(Path from, Path to) throws IOException {
    for (String suffix : WITH_SIDES) {
      if (Files.exists(Databases.beside(from, suffix))) {
        Files.copy(Databases.beside(from, suffix), Databases.beside(to, suffix));
      }
    }
  }

  private static void delete(Path db) throws IOException {
    for (String name : Databases.filesOf(db)) {
      Files.delete(db.resolveSibling(name));
    }
  }
}
