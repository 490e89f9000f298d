package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An account without rights guards its database in a directory that everybody may write to, and an
 * ordinary file of another account has a name of the guard's: permissions would let it be deleted,
 * and it stays what it is.
 */
class FilesOfOthersIT {
  private static final int ROWS = 300;

  /** Names without which there is no backup, or no new one. */
  private static final List<String> FOR_BACKUPS =
      List.of(".sqlguard", ".sqlguard-staged", ".sqlguard-staged-wal", ".sqlguard-staged-journal");

  /** Names without which there is no repair. */
  private static final List<String> FOR_REPAIRS =
      List.of(
          ".sqlguard-damaged",
          ".sqlguard-damaged-wal",
          ".sqlguard-repaired",
          ".sqlguard-repaired-journal",
          ".sqlguard-repaired-rows",
          ".sqlguard-repaired-schema",
          ".sqlguard-repaired-schema-journal",
          ".sqlguard-quarantine",
          ".sqlguard-install");

  private static final List<String> HARDLY_EVER_NEEDED =
      List.of(
          ".sqlguard-scratch",
          ".sqlguard-keep",
          ".sqlguard-evidence",
          ".sqlguard-evidence-wal",
          ".sqlguard-evidence.report.json",
          ".sqlguard-emptied",
          ".sqlguard-side",
          ".sqlguard-proposal");

  private static Nobody nobody;
  private static Path backups;
  private static Starts starts;
  private static Starts refusing;
  private static Starts elsewhere;

  @BeforeAll
  static void begin() throws Exception {
    nobody = new Nobody();
    backups = everybodys("backups");
    starts = starts("backup-spacing=0s");
    refusing = starts("max-loss=0");
    elsewhere = starts("backup-spacing=0s,backup-dir=" + backups);
  }

  private static Starts starts(String options) {
    return new Starts(
        () -> nobody.unguarded().jvmArguments("-javaagent:" + nobody.agent() + "=" + options));
  }

  @AfterAll
  static void end() throws Exception {
    if (nobody != null) {
      starts.close();
      refusing.close();
      elsewhere.close();
      nobody.close();
    }
  }

  private static Path everybodys(String name) throws IOException {
    Path folder = Files.createTempDirectory(nobody.readable(), name);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    return folder;
  }

  private static Path database() throws Exception {
    Path db = Starts.unused(everybodys("case"));
    Databases.create(db, ROWS);
    Nobody.giveTo(Nobody.ID, db);
    return db;
  }

  private static Obstacle.Planted plant(Path name) throws IOException {
    Path far = Files.createTempDirectory(nobody.readable(), "far");
    return Obstacle.FILE_OF_ANOTHER_USER.plantAt(name, far);
  }

  private static void assertSaid(Starts.Start start, Path foreign) {
    assertEquals("ok", start.opened());
    assertTrue(
        start.lines().stream()
            .anyMatch(line -> line.contains(foreign + " ") && line.contains("; move it away")),
        () -> foreign + ": " + start.lines());
  }

  static Stream<String> notBackedUp() {
    return FOR_BACKUPS.stream();
  }

  @ParameterizedTest
  @MethodSource
  void notBackedUp(String suffix) throws Exception {
    Path db = database();
    Path name = Databases.beside(db, suffix);
    Obstacle.Planted planted = plant(name);
    for (int i = 0; i < 2; i++) {
      Starts.Start start = starts.start(db, "INSERT INTO t(x) VALUES ('one more')");
      assertEquals(List.of("ok"), start.answers());
      assertEquals(1, start.lines().size(), start.lines()::toString);
      if (!suffix.equals(".sqlguard")) {
        assertSaid(start, name);
      }
      planted.assertUnharmed();
    }
    Files.delete(name);
    starts.start(db);
    assertEquals(ROWS + 2, Databases.rows(Databases.beside(db, ".bak")));
  }

  static Stream<String> notRepaired() {
    return FOR_REPAIRS.stream();
  }

  @ParameterizedTest
  @MethodSource
  void notRepaired(String suffix) throws Exception {
    Path db = database();
    starts.start(db);
    Path name = Databases.beside(db, suffix);
    Obstacle.Planted planted = plant(name);
    starts.start(db, "INSERT INTO t(x) VALUES ('one more')");
    starts.start(db);
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    for (int i = 0; i < 2; i++) {
      Starts.Start start = starts.start(db);
      assertSaid(start, name);
      planted.assertUnharmed();
      assertEquals(List.of(damaged.length), List.of((int) Files.size(db)));
      assertEquals(Images.hash(db), Images.hash(Files.write(backups.resolve("x"), damaged)));
    }
    Files.delete(name);
    starts.start(db);
    assertTrue(Databases.isIntact(db));
    assertOnlyResults(db);
  }

  /** Nothing of the work stays. */
  private static void assertOnlyResults(Path db) throws IOException {
    assertEquals(
        List.of(), Databases.filesOf(db).stream().filter(n -> n.contains(".sqlguard-")).toList());
  }

  /** Whatever is needed for it is there: backups and repairs go on. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inNobodysWay(boolean sides) throws Exception {
    Path db = database();
    List<Obstacle.Planted> planted = new ArrayList<>();
    for (String suffix : HARDLY_EVER_NEEDED) {
      if (suffix.endsWith("-wal") == sides) {
        planted.add(plant(Databases.beside(db, suffix)));
      }
    }
    starts.start(db, "INSERT INTO t(x) VALUES ('one more')");
    starts.start(db);
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
    for (Obstacle.Planted one : planted) {
      one.assertUnharmed();
    }
  }

  @Test
  void theWorkingNamesOfSpecialCases() throws Exception {
    Path poorer = database();
    starts.start(poorer, "DELETE FROM t");
    Path keep = Databases.beside(poorer, ".sqlguard-keep");
    Obstacle.Planted beforeKeeping = plant(keep);
    assertSaid(starts.start(poorer), keep);
    beforeKeeping.assertUnharmed();
    assertEquals(ROWS, Databases.rows(Databases.beside(poorer, ".bak")));

    Path refused = database();
    Databases.damage(refused, "t", 1);
    Path proposal = Databases.beside(refused, ".sqlguard-proposal");
    Obstacle.Planted beforeProposing = plant(proposal);
    assertSaid(refusing.start(refused), proposal);
    beforeProposing.assertUnharmed();

    Path lost = database();
    starts.start(lost);
    Path evidence = Databases.beside(lost, ".sqlguard-evidence");
    Files.write(Databases.beside(lost, "-wal"), new byte[4096]);
    Nobody.giveTo(Nobody.ID, Databases.beside(lost, "-wal"));
    Files.write(lost, new byte[0]);
    Obstacle.Planted beforeKeepingALog = plant(evidence);
    assertSaid(starts.start(lost), evidence);
    beforeKeepingALog.assertUnharmed();

    Path restored = database();
    starts.start(restored);
    Path scratch = Databases.beside(restored, ".sqlguard-scratch");
    Databases.damage(restored, "t", 1);
    Obstacle.Planted beforeLooking = plant(scratch);
    assertSaid(starts.start(restored), scratch);
    beforeLooking.assertUnharmed();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-staged",
        "-staged-wal",
        "-scratch",
        "-keep",
        "-damaged",
        "-repaired",
        "-repaired-schema",
        "-quarantine"
      })
  void inABackupDirectory(String work) throws Exception {
    Path db = database();
    elsewhere.start(db, work.equals("-keep") ? "DELETE FROM t" : "UPDATE t SET x = 'changed'");
    Path state;
    try (var files = Files.list(backups)) {
      String stem = db.getFileName() + "-";
      state =
          files
              .filter(file -> file.getFileName().toString().startsWith(stem))
              .filter(file -> file.toString().endsWith(".sqlguard"))
              .findAny()
              .orElseThrow();
    }
    if (work.matches("-[dqr].*|-scratch")) {
      Databases.damage(db, "t", 1);
    }
    Path name = Path.of(state + work);
    Files.deleteIfExists(name);
    Obstacle.Planted planted = plant(name);
    Starts.Start start = elsewhere.start(db);
    assertEquals("ok", start.opened());
    if (!work.isEmpty()) {
      assertSaid(start, name);
    }
    planted.assertUnharmed();
  }

  /** Root's guard was killed; the owner's clears away what that left, and goes on. */
  @Test
  void whatAGuardOfRootLeftIsNoObstacle() throws Exception {
    Path db = database();
    starts.start(db, "INSERT INTO t(x) VALUES ('one more')");
    for (String suffix : List.of(".sqlguard-staged", ".sqlguard-staged-wal", ".sqlguard-damaged")) {
      Path left = Files.writeString(Databases.beside(db, suffix), "a part of a copy");
      Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rw-------"));
    }
    starts.start(db);
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
    assertOnlyResults(db);
  }
}
