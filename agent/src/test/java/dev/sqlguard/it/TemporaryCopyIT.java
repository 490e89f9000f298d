package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A read-only open is checked on a copy in the directory for temporary files. */
class TemporaryCopyIT {
  @TempDir Path directory;

  private Path temporary;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    temporary = Files.createDirectory(directory.resolve("tmp"));
    db = directory.resolve("app.db");
    Databases.create(db, 100_000);
  }

  private GuardedJvm.Running start() throws IOException {
    return GuardedJvm.jvm().jvmArguments("-Djava.io.tmpdir=" + temporary).start();
  }

  private String[] open() {
    return new String[] {"open", "a", "drivermanager", "jdbc:sqlite:file:" + db + "?mode=ro"};
  }

  private List<Path> copies() throws IOException {
    try (var all = Files.walk(temporary)) {
      return all.filter(file -> file.endsWith("copy.db")).toList();
    }
  }

  private List<Path> own() throws IOException {
    try (var all = Files.list(temporary)) {
      return all.filter(file -> file.getFileName().toString().startsWith("sqlguard-")).toList();
    }
  }

  private void beginCheck(GuardedJvm.Running app) throws IOException {
    app.tell(open());
    while (copies().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theNextCheckDeletesWhatAKilledOneLeft() throws Exception {
    try (var app = start()) {
      beginCheck(app);
      app.kill();
    }
    assertEquals(1, copies().size());
    try (var app = start()) {
      app.ok(open());
      assertEquals(List.of(), own());
      app.end("return");
    }
  }

  @Test
  void theCopyOfACheckThatGoesOnStays() throws Exception {
    try (var slow = start()) {
      beginCheck(slow);
      signal("STOP", slow);
      List<Path> copies = copies();
      assertEquals(1, copies.size());
      try (var app = start()) {
        app.ok(open());
        app.end("return");
      }
      assertEquals(copies, copies());
      signal("CONT", slow);
      var ended = slow.end("return");
      assertEquals(List.of("ok"), ended.output());
      // It may well say how far it is, after such a time.
      assertTrue(ended.guardLines().stream().allMatch(line -> line.contains(" % of ")));
    }
    assertEquals(List.of(), own());
  }

  /** Somebody else's file of such a name, in a directory for everybody. */
  @Test
  void whatALinkLeadsToStays() throws Exception {
    Path mine = Files.createDirectory(directory.resolve("mine"));
    Path copy = Files.writeString(mine.resolve("copy.db"), "mine");
    try (var app = start()) {
      beginCheck(app);
      app.kill();
    }
    Path left = own().get(0);
    Path moved = directory.resolve("moved");
    Files.move(left, moved);
    Files.createFile(mine.resolve("lock"));
    Files.createSymbolicLink(left, mine);
    try (var app = start()) {
      app.ok(open());
      app.end("return");
    }
    assertTrue(Files.exists(copy));
    assertTrue(Files.isSymbolicLink(left));
  }

  private static void signal(String name, GuardedJvm.Running app) throws Exception {
    String pid = Long.toString(app.pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
  }
}
