package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An application can't tell from inside whether it is guarded: with and without are compared. */
class TransparentIT {
  private static final int ROWS = 50;
  private static final String NEWEST = "newest";

  /** Without SLF4J it brings java.util.logging to life itself. */
  private static final String NEWEST_ALONE = "newest alone";

  private static final String ROWS_IN_ORDER = "SELECT id || ' ' || x FROM t ORDER BY id";
  private static final String RANDOM_NAME = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final List<String> SUBSYSTEMS =
      List.of(
          "java.util.logging.",
          "sun.util.logging.",
          "java.util.prefs.",
          "java.lang.management.",
          "javax.management.",
          "sun.management.",
          "com.sun.management.",
          "com.sun.jmx.");

  @TempDir Path temporary;

  /** What a run showed, and what it left. */
  private record Run(
      GuardedJvm.Ended ended, byte[] output, List<String> rows, Set<String> classes) {
    String text() {
      return new String(output, StandardCharsets.ISO_8859_1);
    }
  }

  static List<Arguments> javasAndDrivers() throws Exception {
    List<Arguments> cells = new ArrayList<>();
    for (Path java : GuardedJvm.javas()) {
      cells.add(Arguments.of(java, "3.7.2", "return"));
      cells.add(Arguments.of(java, "3.28.0", "7"));
      cells.add(Arguments.of(java, NEWEST, "throw"));
      cells.add(Arguments.of(java, NEWEST_ALONE, "return"));
    }
    return cells;
  }

  private static GuardedJvm with(Path java, String driver) {
    GuardedJvm jvm = GuardedJvm.jvm().java(java);
    Path classes = JarMaker.location(LooksAround.class);
    return switch (driver) {
      case NEWEST -> jvm;
      case NEWEST_ALONE -> jvm.classPath(classes, JarMaker.library("sqlite-jdbc-"));
      default -> {
        String jar = "sqlite-jdbc-" + driver + ".jar";
        yield jvm.classPath(classes, Path.of(System.getProperty("old.drivers"), jar))
            .jvmArguments("-Djdbc.drivers=org.sqlite.JDBC");
      }
    };
  }

  /** Runs it in a folder that is made anew at the same path, from the same bytes. */
  private Run run(GuardedJvm jvm, String ending) throws Exception {
    Path folder = temporary.toRealPath().resolve("data");
    Path template = temporary.toRealPath().resolve("template.db");
    if (Files.notExists(template)) {
      Databases.create(template, ROWS);
    }
    deleteAll(folder);
    Files.createDirectory(folder);
    Path db = Files.copy(template, folder.resolve("app.db"));
    List<String> program = new ArrayList<>(List.of(LooksAround.class.getName(), ending, "" + db));
    program.addAll(others(folder));
    Path output = temporary.resolve("output");
    Path classes = temporary.resolve("classes.log");
    var ended =
        jvm.prefix("sh", "-c", "exec \"$0\" \"$@\" >" + output)
            .jvmArguments("-Xlog:class+load:file=" + classes + "::filecount=0")
            .program(program.toArray(String[]::new))
            .run();
    return new Run(
        ended,
        Files.readAllBytes(output),
        Databases.query(db, ROWS_IN_ORDER),
        subsystemsIn(Files.readAllLines(classes)));
  }

  /** What can't be opened, or is no database, or is one only after the open. */
  private static List<String> others(Path folder) throws Exception {
    Path text = folder.resolve("text.db");
    Files.writeString(text, "no database at all, but a text of some length\n".repeat(200));
    byte[] random = new byte[8192];
    new Random(1).nextBytes(random);
    Files.write(folder.resolve("random.db"), random);
    Files.createFile(folder.resolve("empty.db"));
    Files.createDirectory(folder.resolve("folder.db"));
    Files.createSymbolicLink(folder.resolve("dangling.db"), Path.of("no/such/folder/x.db"));
    Files.createSymbolicLink(folder.resolve("loop.db"), Path.of("loop.db"));
    List<String> urls = new ArrayList<>();
    for (String name :
        List.of(
            "text.db",
            "random.db",
            "empty.db",
            "folder.db",
            "dangling.db",
            "loop.db",
            "new.db",
            "text.db/below.db",
            "no/such/folder.db",
            "missing.db?open_mode=1",
            "app.db?open_mode=1",
            "x".repeat(300) + ".db")) {
      urls.add(folder + "/" + name);
    }
    urls.add("file:" + folder + "/missing.db?mode=ro");
    urls.add("file:" + folder + "/app.db?mode=nonsense");
    urls.add(":resource:no/such/resource.db");
    urls.add("/dev/null");
    return urls;
  }

  private static void deleteAll(Path folder) throws Exception {
    if (Files.exists(folder)) {
      try (var files = Files.walk(folder)) {
        files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static Set<String> subsystemsIn(List<String> log) {
    Set<String> found = new TreeSet<>();
    for (String line : log) {
      String name = line.replaceFirst("^(\\[[^]]*\\])*\\s*", "").split(" ")[0];
      if (SUBSYSTEMS.stream().anyMatch(name::startsWith)) {
        found.add(name);
      }
    }
    return found;
  }

  private static void assertSame(Run without, Run with) {
    assertTrue(without.ended().guardLines().isEmpty());
    assertEquals(without.text(), with.text());
    assertEquals(otherErrors(without), otherErrors(with));
    assertEquals(without.ended().exitCode(), with.ended().exitCode());
    assertEquals(without.rows(), with.rows());
    assertEquals(without.classes(), with.classes());
    for (String line : with.text().split("\n")) {
      assertFalse(isOfOurs(line), line);
    }
  }

  /** Some drivers name the file, with a random number in its name, that they couldn't write. */
  private static List<String> otherErrors(Run run) {
    return run.ended().otherErrors().stream().map(l -> l.replaceAll(RANDOM_NAME, "UUID")).toList();
  }

  private static boolean isOfOurs(String line) {
    return line.contains(" at ")
        && (line.contains("SqlGuard") || line.matches(".*dev\\.sqlguard\\.(?!it\\.).*"));
  }

  @ParameterizedTest
  @MethodSource("javasAndDrivers")
  void everythingThatAnApplicationCanSeeIsTheSame(Path java, String driver, String ending)
      throws Exception {
    Run without = run(with(java, driver).unguarded(), ending);
    Run with = run(with(java, driver), ending);
    assertTrue(with.ended().guardLines().get(0).contains("healthy"), "" + with.ended());
    assertTrue(without.text().contains("java.sql.SQLException"), without.text());
    assertEquals(ROWS, without.rows().size());
    assertSame(without, with);
  }

  /** What the driver's own set-up throws must not pass through a class of ours first. */
  @ParameterizedTest
  @CsvSource({"newest, missing", "3.28.0, missing"})
  void aDriverThatCannotBeSetUpFailsInTheSameWay(String driver, String place) throws Exception {
    Path java = Path.of(System.getProperty("java.home"));
    String property = "-Djava.io.tmpdir=" + temporary.resolve(place);
    Run without = run(with(java, driver).jvmArguments(property).unguarded(), "return");
    Run with = run(with(java, driver).jvmArguments(property), "return");
    assertTrue(without.ended().exitCode() != 0, without.text());
    assertSame(without, with);
  }

  /** Permissions hold for others than root only. */
  @ParameterizedTest
  @CsvSource({
    "rwxr-xr-x, ---------",
    "rwxrwxrwx, ---------",
    "rwxrwxrwx, -w--w--w-",
    "rwxr-xr-x, r--r--r--",
    "rwxrwxrwx, r--r--r--",
    "rw-rw-rw-, rw-rw-rw-",
    "--x--x--x, rw-rw-rw-"
  })
  void aFileWithoutPermissionFailsInTheSameWay(String folderMode, String mode) throws Exception {
    try (Nobody nobody = new Nobody()) {
      List<String> outputs = new ArrayList<>();
      for (boolean guarded : new boolean[] {false, true}) {
        Path base = nobody.readable().resolve("data");
        deleteAll(base);
        Files.createDirectory(base);
        Path own = Files.createDirectory(base.resolve("own"));
        Databases.create(own.resolve("app.db"), 0);
        Databases.execute(
            own.resolve("app.db"), "INSERT INTO t(x) VALUES ('a'), ('b'), ('c'), ('d')");
        Nobody.giveTo(Nobody.ID, own);
        Nobody.giveTo(Nobody.ID, own.resolve("app.db"));
        Path folder = Files.createDirectory(base.resolve("others"));
        Path db = folder.resolve("app.db");
        Files.copy(own.resolve("app.db"), db, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(db, PosixFilePermissions.fromString(mode));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(folderMode));
        GuardedJvm jvm = guarded ? nobody.guarded() : nobody.unguarded();
        var ended =
            jvm.program(LooksAround.class.getName(), "5", "" + own.resolve("app.db"), "" + db)
                .run();
        assertEquals(5, ended.exitCode(), ended.toString());
        outputs.add(String.join("\n", ended.output()) + ended.otherErrors());
      }
      assertTrue(outputs.get(0).contains("SQLException"), outputs.get(0));
      assertEquals(outputs.get(0), outputs.get(1));
    }
  }

  @Test
  void aRefusedOpenLooksLikeTheDriversOwn() throws Exception {
    Path db = temporary.resolve("app.db");
    Databases.create(db, ROWS);
    Path damaged = temporary.toRealPath().resolve("damaged.db");
    Databases.create(damaged, 2000);
    Databases.damage(damaged, "t", 2);
    var ended =
        GuardedJvm.jvm()
            .options("on-damage=report,on-unrecoverable=refuse")
            .program(LooksAround.class.getName(), "return", db.toString(), damaged.toString())
            .run();
    List<String> lines = ended.output();
    int other = lines.indexOf("other " + damaged);
    assertTrue(
        lines.get(other + 1).startsWith(" java.sql.SQLException 0 null sqlguard: " + damaged),
        lines.get(other + 1));
    assertTrue(lines.get(other + 2).contains("org.sqlite.core.DB.open"), lines.get(other + 2));
    for (String line : lines) {
      assertFalse(isOfOurs(line), line);
    }
  }
}
