package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that would end a line, command a terminal or turn what is read around: none does. */
class ForgedLinesIT {
  private static final String EVIL =
      "\nsqlguard: forged: healthy\r\u001b[2K\u001b]0;title\u0007\u009b1A\u0085\u007f\u202e\u2066"
          + "\u2028\u2029\u200f\ufeff";

  @TempDir Path directory;
  private Path db;
  private Path log;

  @BeforeEach
  void create() throws Exception {
    log = directory.resolve("guard.log");
    try {
      db = Files.createDirectory(directory.resolve("in" + EVIL)).resolve("app" + EVIL + ".db");
    } catch (InvalidPathException e) {
      assumeTrue(false, "this JVM's locale can't spell such a name");
    }
    String index = '"' + "index" + EVIL + '"';
    Databases.execute(
        db,
        "CREATE TABLE \"table" + EVIL + "\"(x CHECK(x <> '" + EVIL + "'))",
        "CREATE INDEX " + index + " ON \"table" + EVIL + "\"(x)");
    int root =
        Integer.parseInt(
            Databases.query(db, "SELECT rootpage FROM sqlite_schema WHERE type = 'index'").get(0));
    byte[] empty = Images.page(db, root);
    Databases.execute(
        db, "INSERT INTO \"table" + EVIL + "\" VALUES ('a" + EVIL + "'), ('b'), ('c')");
    Images.putPage(db, root, empty);
  }

  private GuardedJvm.Ended open(String options) throws Exception {
    return GuardedJvm.jvm()
        .environment("LC_ALL", "C.UTF-8")
        .options(options)
        .program(OpenAll.class.getName(), db.toString())
        .run();
  }

  private static void assertHarmless(String text) {
    text.codePoints()
        .forEach(
            c -> {
              int type = Character.getType(c);
              assertTrue(
                  type != Character.CONTROL
                      && type != Character.FORMAT
                      && type != Character.LINE_SEPARATOR
                      && type != Character.PARAGRAPH_SEPARATOR
                      && type != Character.SURROGATE,
                  () -> "U+" + Integer.toHexString(c) + " in " + text.replaceAll("\\p{C}", "?"));
            });
  }

  private static void assertOwnLines(List<String> lines, String beginning) {
    assertFalse(lines.isEmpty());
    for (String line : lines) {
      assertTrue(line.matches(beginning), line);
      assertHarmless(line);
    }
  }

  /** By SQLite's own strict parser, and without anything that a terminal obeys. */
  private static void assertStrictJson(byte[] bytes) throws Exception {
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    assertHarmless(text.replace("\n", ""));
    try (var memory = DriverManager.getConnection("jdbc:sqlite::memory:");
        var valid = memory.prepareStatement("SELECT json_valid(?, 1)")) {
      valid.setString(1, text);
      try (var row = valid.executeQuery()) {
        assertEquals(1, row.getInt(1), text);
      }
    }
    assertTrue(text.contains("\\u001b[2K") && text.contains("\\u202e"), text);
  }

  @Test
  void standardErrorAndTheReport() throws Exception {
    GuardedJvm.Ended ended = open("");
    assertEquals(List.of("2"), ended.output(), ended.errors()::toString);
    assertOwnLines(ended.errors(), "sqlguard: .*/in sqlguard: forged.*DAMAGED.*");
    assertEquals(1, ended.errors().size());
    assertStrictJson(Files.readAllBytes(Databases.beside(db, ".corrupt.report.json")));
    GuardedJvm.Ended healthy = open("");
    assertOwnLines(healthy.errors(), "sqlguard: .*healthy, backed up to .*");
    assertEquals(1, healthy.errors().size());
  }

  @Test
  void theLogFile() throws Exception {
    open("log-file=" + log);
    List<String> lines = Files.readAllLines(log);
    assertOwnLines(lines, "\\d{4}-\\d\\d-\\d\\dT[\\d:]{8} sqlguard: .*");
    assertEquals(1, lines.size());
  }

  @Test
  void theCommandLine() throws Exception {
    Path out = db.resolveSibling("out" + EVIL + ".db");
    GuardedJvm utf8 = GuardedJvm.jvm().unguarded().environment("LC_ALL", "C.UTF-8");
    GuardedJvm.Ended salvage = Command.on(utf8, GuardedJvm.AGENT, "salvage", db, out);
    salvage.output().forEach(ForgedLinesIT::assertHarmless);
    assertTrue(salvage.output().stream().noneMatch(line -> line.startsWith("sqlguard: forged")));
    assertOwnLines(salvage.errors(), "sqlguard: .*");
    GuardedJvm again = GuardedJvm.jvm().unguarded().environment("LC_ALL", "C.UTF-8");
    GuardedJvm.Ended refused = Command.on(again, GuardedJvm.AGENT, "salvage", db, out);
    assertOwnLines(refused.errors(), "sqlguard: .*exists already.*");
    Files.delete(out);
    GuardedJvm third = GuardedJvm.jvm().unguarded().environment("LC_ALL", "C.UTF-8");
    GuardedJvm.Ended json = Command.on(third, GuardedJvm.AGENT, "salvage", "--json", db, out);
    assertStrictJson(String.join("\n", json.output()).getBytes(StandardCharsets.UTF_8));
    GuardedJvm last = GuardedJvm.jvm().unguarded().environment("LC_ALL", "C.UTF-8");
    GuardedJvm.Ended status = Command.on(last, GuardedJvm.AGENT, "status", db.getParent());
    status.output().forEach(ForgedLinesIT::assertHarmless);
    assertTrue(status.output().stream().noneMatch(line -> line.startsWith("sqlguard: forged")));
  }

  private static GuardedJvm.Ended command(Object... words) throws Exception {
    GuardedJvm utf8 = GuardedJvm.jvm().unguarded().environment("LC_ALL", "C.UTF-8");
    return Command.on(utf8, GuardedJvm.AGENT, words);
  }

  private static void assertNothingForged(GuardedJvm.Ended ended) {
    List<String> lines = new ArrayList<>(ended.output());
    lines.addAll(ended.errors());
    assertFalse(lines.isEmpty());
    for (String line : lines) {
      assertHarmless(line);
      assertFalse(line.startsWith("sqlguard: forged"), line);
    }
  }

  @Test
  void checkOnTheCommandLine() throws Exception {
    GuardedJvm.Ended damaged = command("check", db);
    assertNothingForged(damaged);
    assertTrue(damaged.output().toString().contains("DAMAGED"), damaged.output()::toString);
    assertNothingForged(command("check", "--deep", db, db.resolveSibling("none" + EVIL)));
  }

  @Test
  void restoreOnTheCommandLine() throws Exception {
    assertNothingForged(command("restore", db));
    open("");
    open("");
    assertNothingForged(command("restore", db));
    assertNothingForged(command("restore", db, ".bak" + EVIL));
    GuardedJvm.Ended undone = command("restore", db, "--undo");
    assertNothingForged(undone);
  }

  /** The command shows what the agent says in the other JVM. */
  @Test
  void attachOnTheCommandLine() throws Exception {
    GuardedJvm inside =
        GuardedJvm.jvm().unguarded().environment("LC_ALL", "C.UTF-8").directory(db.getParent());
    Databases.create(db.resolveSibling("plain.db"), 3);
    try (GuardedJvm.Running app = inside.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:plain.db");
      GuardedJvm.Ended attached = command("attach", app.pid());
      assertNothingForged(attached);
      assertTrue(attached.output().toString().contains("plain.db"), attached.output()::toString);
      for (String line : app.end("return").errors()) {
        assertHarmless(line);
        assertFalse(line.startsWith("sqlguard: forged"), line);
      }
    }
  }
}
