package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Under every name that the guard writes to stands something else: it is never followed and nothing
 * behind it is changed, the application opens its database, and the JVM isn't held up.
 */
class PlantedNamesIT {
  private static final int ROWS = 300;

  /** Nothing is measured: this is when it counts as endless. */
  private static final int PATIENCE_SECONDS = 60;

  /** By default every name meets some kinds of obstacles, and every kind some names. */
  private static final boolean ALL = Integer.getInteger("sqlguard.it.rounds", 4) > 10;

  private static final List<String> SIDES = List.of("-journal", "-wal", "-shm");

  /** Starts of a healthy database. */
  private static final List<String> HEALTHY =
      withSides(List.of(".sqlguard-staged", ".sqlguard-scratch"), List.of());

  private static final List<String> BACKUPS =
      withSides(
          List.of(".bak", ".bak.1", ".sqlguard.bak"),
          List.of(".sqlguard", ".sqlguard-keep", ".bak.keep", ".bak.keep.1", "-wal", "-journal"));

  /** A repair. */
  private static final List<String> REPAIRED =
      withSides(
          List.of(
              ".sqlguard-damaged",
              ".sqlguard-repaired",
              ".sqlguard-repaired-schema",
              ".sqlguard-repaired-rows",
              ".sqlguard-quarantine",
              ".corrupt",
              ".corrupt.1"),
          List.of(
              ".sqlguard-install",
              ".sqlguard-install-wal",
              ".sqlguard-evidence",
              ".sqlguard-emptied",
              ".corrupt.report.json",
              ".corrupt.quarantine.db"));

  /** What may lie in a directory for backups. */
  private static final List<String> WORK_OF_BACKUPS =
      List.of(
          ".sqlguard-staged",
          ".sqlguard-staged-wal",
          ".sqlguard-scratch",
          ".sqlguard-keep",
          ".sqlguard-damaged",
          ".sqlguard-damaged-journal",
          ".sqlguard-repaired",
          ".sqlguard-repaired-rows",
          ".sqlguard-repaired-schema",
          ".sqlguard-quarantine");

  /** A repair that the owner has to agree to. */
  private static final List<String> REFUSED =
      withSides(List.of(".salvaged", ".sqlguard-proposal"), List.of());

  @TempDir static Path directory;
  private static Starts starts;
  private static Starts refusing;
  private static int cases;

  private static List<String> withSides(List<String> databases, List<String> others) {
    List<String> names = new ArrayList<>(others);
    for (String database : databases) {
      names.add(database);
      SIDES.forEach(side -> names.add(database + side));
    }
    return names;
  }

  @BeforeAll
  static void begin() {
    starts = Starts.with("backup-spacing=0s");
    refusing = Starts.with("max-loss=0");
  }

  @AfterAll
  static void end() throws IOException {
    starts.close();
    refusing.close();
  }

  private static Stream<Arguments> of(List<String> names) {
    Obstacle[] kinds = Obstacle.values();
    List<Arguments> all = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      for (Obstacle kind : kinds) {
        int distance = Math.floorMod(kind.ordinal() - i, kinds.length);
        if (ALL || kind == Obstacle.LINK || distance == 0) {
          all.add(Arguments.of(names.get(i), kind));
        }
      }
    }
    return all.stream();
  }

  static Stream<Arguments> healthy() {
    List<String> names = new ArrayList<>(HEALTHY);
    names.addAll(BACKUPS);
    return of(names);
  }

  static Stream<Arguments> repaired() {
    return of(REPAIRED);
  }

  static Stream<Arguments> refused() {
    return of(REFUSED);
  }

  private static Starts.Start start(Starts from, Path db, String... statements) {
    return assertTimeoutPreemptively(
        Duration.ofSeconds(PATIENCE_SECONDS), () -> from.start(db, statements));
  }

  private static Path database() throws Exception {
    Path db = Starts.unused(Files.createDirectory(directory.resolve("case-" + cases++)));
    Databases.create(db, ROWS);
    return db;
  }

  private static Obstacle.Planted plant(Obstacle kind, Path name) throws IOException {
    return kind.plantAt(name, Files.createDirectory(name.resolveSibling("elsewhere")));
  }

  private static void assertPlain(Starts.Start start) {
    assertFalse(start.lines().isEmpty(), "nothing was said");
    for (String line : start.lines()) {
      assertFalse(line.contains("Exception") && line.contains("java."), line);
    }
  }

  @ParameterizedTest
  @MethodSource
  void healthy(String suffix, Obstacle kind) throws Exception {
    Path db = database();
    Obstacle.Planted planted = plant(kind, Databases.beside(db, suffix));
    boolean own = suffix.equals("-wal") || suffix.equals("-journal");
    String insert = "INSERT INTO t(x) VALUES ('one more')";
    Starts.Start first = own ? start(starts, db) : start(starts, db, insert);
    assertEquals("ok", first.opened());
    if (own) {
      planted.assertVictimUnharmed();
    } else {
      planted.assertUnharmed();
      assertEquals(List.of("ok"), first.answers());
      assertPlain(first);
      assertEquals(List.of("ok"), start(starts, db, insert).answers());
      assertEquals(List.of("ok"), start(starts, db, "DELETE FROM t").answers());
      assertEquals(List.of("0"), start(starts, db, "SELECT count(*) FROM t").answers());
      planted.assertUnharmed();
    }
  }

  @ParameterizedTest
  @MethodSource
  void repaired(String suffix, Obstacle kind) throws Exception {
    Path db = database();
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    Obstacle.Planted planted = plant(kind, Databases.beside(db, suffix));
    Starts.Start start = start(starts, db);
    assertEquals("ok", start.opened());
    assertPlain(start);
    planted.assertUnharmed();
    boolean replaced = Databases.isIntact(db);
    assertTrue(replaced || Arrays.equals(damaged, Files.readAllBytes(db)));
  }

  @ParameterizedTest
  @MethodSource
  void refused(String suffix, Obstacle kind) throws Exception {
    Path db = database();
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    Obstacle.Planted planted = plant(kind, Databases.beside(db, suffix));
    Starts.Start start = start(refusing, db);
    assertEquals("ok", start.opened());
    assertPlain(start);
    planted.assertUnharmed();
    assertArrayEquals(damaged, Files.readAllBytes(db));
  }

  /** The same names with another stem, in a directory for the backups of many databases. */
  @Test
  void inABackupDirectory() throws Exception {
    Path backups = Files.createDirectory(directory.resolve("backups"));
    List<String> names = new ArrayList<>(WORK_OF_BACKUPS);
    names.addAll(List.of(".sqlguard", ".bak", ".bak.keep", ".sqlguard.bak"));
    try (Starts elsewhere = Starts.with("backup-spacing=0s,backup-dir=" + backups)) {
      for (int i = 0; i < names.size(); i++) {
        for (Obstacle kind : Obstacle.values()) {
          if (ALL || kind == Obstacle.LINK || kind.isFile() || (kind.ordinal() + i) % 4 == 0) {
            Path db = database();
            assertEquals("ok", start(elsewhere, db).opened());
            boolean repair = names.get(i).matches("\\.sqlguard-([dqr].*|scratch)");
            Obstacle.Planted planted =
                plantInDirectory(kind, stateOf(db, backups), names.get(i), db, repair);
            Starts.Start second = start(elsewhere, db);
            assertEquals("ok", second.opened());
            assertPlain(second);
            planted.assertUnharmed();
            assertTrue(repair || Databases.rows(db) == ROWS + 10);
          }
        }
      }
    }
  }

  private static Path stateOf(Path db, Path backups) throws IOException {
    String stem = db.getFileName() + "-";
    try (var files = Files.list(backups)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(stem))
          .filter(file -> file.toString().endsWith(".sqlguard"))
          .findAny()
          .orElseThrow();
    }
  }

  /** A name that something of the guard has by now is free again before. */
  private static Obstacle.Planted plantInDirectory(
      Obstacle kind, Path state, String suffix, Path db, boolean damaged) throws Exception {
    String stem = state.toString().substring(0, state.toString().length() - 9);
    Path name = Path.of(stem + suffix);
    Files.deleteIfExists(name);
    Databases.addRows(db, 10);
    if (damaged) {
      Databases.damage(db, "t", 1);
    }
    return kind.plantAt(name, Files.createDirectory(db.resolveSibling("elsewhere")));
  }

  @ParameterizedTest
  @EnumSource
  void theLogFile(Obstacle kind) throws Exception {
    Path db = database();
    Path log = db.resolveSibling("guard.log");
    boolean link = kind == Obstacle.LINK || kind == Obstacle.LINK_TO_NOTHING;
    boolean file = kind == Obstacle.HARD_LINK || kind.isFile();
    Files.setPosixFilePermissions(db.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
    Obstacle.Planted planted = plant(kind, log);
    try (Starts logging = Starts.with("log-file=" + log)) {
      Starts.Start start = start(logging, db, "SELECT count(*) FROM t");
      assertEquals(List.of(Integer.toString(ROWS)), start.answers());
      if (link || kind == Obstacle.HARD_LINK || !file) {
        assertPlain(start);
        planted.assertUnharmed();
      }
    }
  }
}
