package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a hostile file costs is bounded by its size, in a small heap. */
class HostileFilesIT {
  /** Nothing is measured: this is when it counts as endless. */
  private static final int PATIENCE_SECONDS = 120;

  private static final int PATIENCE_FOR_ALL_SECONDS = 280;
  private static final String HEAP = "-Xmx64m";

  /** A result is at most so many times as large as what it was made of, and so much larger. */
  private static final int TIMES = 3;

  private static final long MARGIN = 8 << 20;

  @TempDir static Path directory;
  private static final Map<HostileFile, String> exitCodes = new HashMap<>();
  private static Starts starts;

  private static Path named(HostileFile kind, String suffix) {
    return directory.resolve(kind.name().toLowerCase() + suffix);
  }

  @BeforeAll
  static void begin() throws Exception {
    starts = new Starts(() -> GuardedJvm.jvm().jvmArguments(HEAP));
    List<String> words = new ArrayList<>(List.of(HostileSalvage.class.getName()));
    for (HostileFile kind : HostileFile.values()) {
      kind.make(named(kind, ".db"));
      words.add(named(kind, ".db").toString());
      words.add(named(kind, ".out").toString());
    }
    List<Path> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      classPath.add(Path.of(entry));
      if (entry.endsWith("test-classes")) {
        classPath.add(Path.of(entry).resolveSibling("classes"));
      }
    }
    try (GuardedJvm.Running command =
        GuardedJvm.jvm()
            .unguarded()
            .jvmArguments(HEAP)
            .classPath(classPath.toArray(new Path[0]))
            .program(words.toArray(new String[0]))
            .start()) {
      CompletableFuture.delayedExecutor(PATIENCE_FOR_ALL_SECONDS, TimeUnit.SECONDS)
          .execute(() -> ProcessHandle.of(command.pid()).ifPresent(ProcessHandle::destroyForcibly));
      HostileFile at = null;
      GuardedJvm.Ended ended = command.awaitEnd();
      assertEquals(0, ended.exitCode(), ended.errors()::toString);
      for (String line : ended.output()) {
        for (HostileFile kind : HostileFile.values()) {
          at = line.equals(named(kind, ".db").toString()) ? kind : at;
        }
        if (line.startsWith(HostileSalvage.ENDED)) {
          exitCodes.put(at, line.substring(HostileSalvage.ENDED.length()));
        }
      }
    }
  }

  @AfterAll
  static void end() throws IOException {
    starts.close();
  }

  private static long sizeOf(List<Path> files) throws IOException {
    long size = 0;
    for (Path file : files) {
      size += Files.size(file);
    }
    return size;
  }

  private static List<Path> besideOf(Path db) throws IOException {
    try (var all = Files.list(directory)) {
      String name = db.getFileName().toString();
      return all.filter(file -> file.getFileName().toString().startsWith(name)).toList();
    }
  }

  /** Disk space is asked for before; the others are what the manual says. */
  @ParameterizedTest
  @EnumSource
  void salvageEndsWithAResultOfBoundedSize(HostileFile kind) throws Exception {
    List<String> expected =
        kind == HostileFile.LARGER_THAN_THE_DISK ? List.of("74") : List.of("0", "1", "2");
    assertTrue(
        expected.contains(exitCodes.getOrDefault(kind, "none")),
        () -> kind + ": " + exitCodes.get(kind));
    Path out = named(kind, ".out");
    assertTrue(List.of(List.of(out), List.of()).contains(besideOf(out)), besideOf(out)::toString);
    long most = TIMES * Files.size(named(kind, ".db")) + MARGIN;
    assertTrue(sizeOf(besideOf(out)) <= most, () -> kind + ": more than " + most + " bytes");
  }

  /** Those that take all the time there is have a test of their own. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"SLOW_INDEX", "DAMAGE_BESIDE_AN_ENDLESS_VIEW"})
  void aGuardedStartEndsAndLeavesFilesOfBoundedSize(HostileFile kind) throws Exception {
    Path folder = Files.createDirectory(named(kind, ".folder"));
    Path db = Starts.unused(folder);
    for (Path file : besideOf(named(kind, ".db"))) {
      String suffix = file.toString().substring(named(kind, ".db").toString().length());
      Files.move(file, Databases.beside(db, suffix));
    }
    long size = Files.size(db);
    Starts.Start start =
        assertTimeoutPreemptively(
            Duration.ofSeconds(PATIENCE_SECONDS), () -> starts.start(db), kind::name);
    assertEquals("ok", start.opened(), start.lines()::toString);
    assertTrue(start.lines().stream().noneMatch(line -> line.contains("Error")));
    long left = 0;
    try (var all = Files.list(folder)) {
      for (Path file : all.toList()) {
        left += Files.size(file);
      }
    }
    // The original under a second name, what is installed, and rows in quarantine.
    long most = (TIMES + 1) * size + 2 * MARGIN;
    assertTrue(left <= most, () -> kind + ": more than " + most + " bytes: " + start.lines());
    List<String> names = Arrays.asList(folder.toFile().list());
    assertTrue(names.stream().noneMatch(name -> name.contains(".sqlguard-")), names::toString);
  }

  /** The application reads its rows, and what was kept before stays. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.INCLUDE,
      names = {
        "SLOW_INDEX",
        "DAMAGE_BESIDE_AN_ENDLESS_VIEW",
        "CHECKED_INDEX_OF_AN_ENDLESS_VIEW",
        "R_TREE_OF_ONE_CHILD"
      })
  void whatWouldTakeForEverIsLeftToTheApplication(HostileFile kind) throws Exception {
    Path folder = Files.createDirectory(named(kind, ".later"));
    Path db = Starts.unused(folder);
    Databases.create(db, 300);
    assertEquals("ok", starts.start(db).opened());
    Path backup = Databases.beside(db, ".bak");
    String before = Images.hash(backup);
    Files.delete(db);
    kind.make(db);
    String hostile = Images.hash(db);
    String rows = kind == HostileFile.SLOW_INDEX ? "4000" : "3";
    Starts.Start start =
        assertTimeoutPreemptively(
            Duration.ofSeconds(PATIENCE_SECONDS),
            () -> starts.start(db, "SELECT count(*) FROM t NOT INDEXED"),
            kind::name);
    assertEquals(List.of(rows), start.answers(), start.lines()::toString);
    if (kind == HostileFile.SLOW_INDEX || kind == HostileFile.DAMAGE_BESIDE_AN_ENDLESS_VIEW) {
      assertEquals(hostile, Images.hash(db));
      assertEquals(before, Images.hash(backup));
      assertEquals(1, start.lines().size(), start.lines()::toString);
      assertTrue(start.lines().get(0).contains("SQLite was stopped"), start.lines().get(0));
    } else {
      // Kept, because what came after it is poorer.
      assertEquals(before, Images.hash(Databases.beside(db, ".bak.keep")));
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.INCLUDE,
      names = {"SLOW_INDEX", "CHECKED_INDEX_OF_AN_ENDLESS_VIEW", "R_TREE_OF_ONE_CHILD"})
  void aCheckByHandEnds(HostileFile kind) throws Exception {
    Path db = Files.createDirectory(named(kind, ".checked")).resolve("app.db");
    kind.make(db);
    GuardedJvm.Ended ended =
        assertTimeoutPreemptively(
            Duration.ofSeconds(PATIENCE_SECONDS),
            () -> Command.on(GuardedJvm.jvm().unguarded(), GuardedJvm.AGENT, "check", db),
            kind::name);
    String verdict =
        switch (kind) {
          case CHECKED_INDEX_OF_AN_ENDLESS_VIEW -> "healthy";
          case R_TREE_OF_ONE_CHILD -> "its nodes name more nodes than there are";
          default -> "can't be judged (SQLite was stopped after 10 s";
        };
    assertTrue(ended.output().toString().contains(verdict), ended.output()::toString);
  }
}
