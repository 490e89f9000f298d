package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An application can't tell from inside whether it is guarded. */
class InvisibleToTheApplicationIT {
  @TempDir Path directory;

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  private Path database() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 50);
    return db;
  }

  @ParameterizedTest
  @MethodSource("javas")
  void everythingThatAnApplicationCanAskForIsTheSame(Path java) throws Exception {
    String db = database().toString();
    String missing = directory.resolve("no/such/folder.db").toString();
    String[] program = {LooksAround.class.getName(), db, missing};
    var without = GuardedJvm.jvm().unguarded().java(java).program(program).run();
    var with = GuardedJvm.jvm().java(java).program(program).run();
    assertEquals(1, with.guardLines().size(), with.errors().toString());
    assertEquals(String.join("\n", without.output()), String.join("\n", with.output()));
    assertEquals(without.otherErrors(), with.otherErrors());
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "text"})
  void theExceptionOfAFailingOpenIsTheDriversOwn(String kind) throws Exception {
    Path broken = directory.resolve("broken");
    if (kind.equals("folder")) {
      Files.createDirectory(broken);
    } else {
      Files.writeString(broken, "no database at all, but a text of some length\n".repeat(200));
    }
    String[] program = {LooksAround.class.getName(), database().toString(), broken.toString()};
    var without = GuardedJvm.jvm().unguarded().program(program).run();
    var with = GuardedJvm.jvm().program(program).run();
    assertEquals(String.join("\n", without.output()), String.join("\n", with.output()));
  }

  @Test
  void aRefusedOpenLooksLikeTheDriversOwn() throws Exception {
    Path damaged = directory.resolve("damaged.db");
    Databases.create(damaged, 2000);
    Databases.damage(damaged, "t", 2);
    var ended =
        GuardedJvm.jvm()
            .options("on-damage=report,on-unrecoverable=refuse")
            .program(LooksAround.class.getName(), database().toString(), damaged.toString())
            .run();
    String first = ended.output().get(0);
    assertTrue(first.startsWith("class java.sql.SQLException: sqlguard: " + damaged), first);
    List<String> frames = ended.output().stream().filter(line -> line.startsWith("  ")).toList();
    assertTrue(frames.get(0).contains("org.sqlite.core.DB.open"), frames.toString());
    for (String frame : frames) {
      assertFalse(
          frame.contains("SqlGuard") || frame.matches(".*dev\\.sqlguard\\.(?!it\\.).*"), frame);
    }
  }

  @Test
  void noDescriptorOfTheDatabaseIsLeftOpen() throws Exception {
    Path db = database();
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    int[][] open = new int[2][];
    for (int guarded = 0; guarded < 2; guarded++) {
      GuardedJvm jvm = guarded == 1 ? GuardedJvm.jvm() : GuardedJvm.jvm().unguarded();
      try (var app = jvm.start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
        Path state = Databases.beside(db, ".sqlguard");
        open[guarded] =
            new int[] {
              KernelView.descriptors(app.pid(), db),
              KernelView.descriptors(app.pid(), Databases.beside(db, "-wal")),
              KernelView.descriptors(app.pid(), Databases.beside(db, "-shm")),
              Files.exists(state) ? KernelView.descriptors(app.pid(), state) : 0,
            };
        app.ok("close", "a");
        assertEquals(0, KernelView.descriptors(app.pid(), db));
        app.end("return");
      }
    }
    assertEquals(List.of(1, 1, 1, 0), java.util.Arrays.stream(open[0]).boxed().toList());
    assertEquals(List.of(1, 1, 1, 0), java.util.Arrays.stream(open[1]).boxed().toList());
  }
}
