package dev.sqlguard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What the words of a command line mean. */
class SqlGuardCliTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), false);
  private final NewestSqlite none = new NewestSqlite(Optional::empty);

  private int run(String... words) {
    Path jar = Path.of("sqlguard.jar");
    return new SqlGuardCli(terminal, Optional::empty, List.of("one", "two"), jar, text -> List.of())
        .run(words);
  }

  private SalvageCommand salvage(String... words) {
    SalvageCommand command = new SalvageCommand(terminal, none);
    new CommandLine(command).parseArgs(words);
    return command;
  }

  @Test
  void salvageHasDefaults() {
    SalvageCommand command = salvage("a.db", "b.db");
    assertEquals(Path.of("a.db"), command.damaged);
    assertEquals(Path.of("b.db"), command.out);
    assertEquals(null, command.backup);
    assertFalse(command.noBackfill || command.noVerify || command.json || command.force);
  }

  @Test
  void salvageTakesOptionsAnywhere() {
    SalvageCommand command =
        salvage("--json", "a.db", "--backup", "g.db", "b.db", "--no-verify", "--no-backfill");
    assertEquals(Path.of("g.db"), command.backup);
    assertEquals(Path.of("b.db"), command.out);
    assertTrue(command.noBackfill && command.noVerify && command.json);
  }

  @Test
  void namesThatLookLikeOptionsGoAfterTwoDashes() {
    SalvageCommand command = salvage("--", "-a.db", "--force");
    assertEquals(Path.of("-a.db"), command.damaged);
    assertEquals(Path.of("--force"), command.out);
    assertFalse(command.force);
  }

  @Test
  void restoreTakesASlotOrNone() {
    RestoreCommand command = new RestoreCommand(terminal, none);
    CommandLine line = new CommandLine(command);
    line.parseArgs("a.db");
    assertEquals(null, command.slot);
    line.parseArgs("a.db", ".bak.1");
    assertEquals(".bak.1", command.slot);
    assertThrows(ParameterException.class, () -> line.parseArgs("a.db", ".bak", ".bak.1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "salvage",
        "salvage a.db",
        "salvage a.db b.db c.db",
        "salvage --nonsense a.db b.db",
        "check",
        "check --nonsense a.db",
        "salvage a.db b.db --backup",
        "status",
        "status a.db b.db",
        "restore",
        "attach",
        "attach x",
        "attach 0",
        "attach -- -1",
        "attach 1 backups=3 check=quick",
        "attach --nonsense 1"
      })
  void wrongUseIsOneLineAnd64(String words) {
    assertEquals(64, run(words.isEmpty() ? new String[0] : words.split(" ")));
    assertEquals("", out.toString());
    assertTrue(err.toString().startsWith("sqlguard: "), err.toString());
    assertTrue(err.toString().lines().findFirst().orElse("").contains("--help"), err.toString());
  }

  @Test
  void aCommandDoesNotAttachToItself() {
    assertEquals(64, run("attach", Long.toString(ProcessHandle.current().pid())));
    assertTrue(err.toString().contains("is this command"), err.toString());
  }

  @Test
  void versionIsThatOfAllCommands() {
    assertEquals(0, run("--version"));
    assertEquals(0, run("salvage", "--version"));
    assertEquals(List.of("one", "two", "one", "two"), out.toString().lines().toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"salvage", "status", "restore", "attach"})
  void helpNamesEveryExitCode(String command) {
    assertEquals(0, run(command, "--help"));
    assertTrue(out.toString().contains("Exit codes:"));
    for (String code : List.of("64", "66", "70", "74")) {
      assertTrue(out.toString().contains("  " + code + " "), code);
    }
    assertEquals("", err.toString());
  }

  @Test
  void helpOfCheckNamesItsExitCodes() {
    assertEquals(0, run("check", "--help"));
    for (String code : List.of("0", "1", "2", "64", "70")) {
      assertTrue(out.toString().contains("  " + code + " "), code);
    }
  }

  @Test
  void aMissingLibraryIsAnErrorOfReading(@org.junit.jupiter.api.io.TempDir Path directory) {
    assertEquals(74, run("restore", directory.resolve("a.db").toString()));
    assertTrue(err.toString().contains("native library"), err.toString());
  }

  @Test
  void namesCannotForgeLines(@org.junit.jupiter.api.io.TempDir Path directory) {
    assertEquals(66, run("status", directory.resolve("a\nsqlguard: b").toString()));
    assertEquals(1, err.toString().lines().count(), err.toString());
  }
}
