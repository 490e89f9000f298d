package dev.sqlguard.cli;

import dev.sqlguard.store.Errors;
import dev.sqlguard.verify.SqliteEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The command line: which command is meant, and what becomes of errors. */
public final class SqlGuardCli {
  private final Terminal terminal;
  private final CommandLine line;

  /**
   * @param sqlite the newest SQLite, loaded when it is first asked for; empty where it can't be
   * @param version one line per part
   * @param jar this jar, which is the agent too
   * @param optionMistakes what is wrong with a text of agent options, one line each
   */
  public SqlGuardCli(
      Terminal terminal,
      Supplier<Optional<SqliteEngine>> sqlite,
      List<String> version,
      Path jar,
      Function<String, List<String>> optionMistakes) {
    this.terminal = terminal;
    NewestSqlite newest = new NewestSqlite(sqlite);
    this.line = new CommandLine(new Root());
    line.addSubcommand(new CheckCommand(terminal, newest));
    line.addSubcommand(new SalvageCommand(terminal, newest));
    line.addSubcommand(new StatusCommand(terminal, newest));
    line.addSubcommand(new RestoreCommand(terminal, newest));
    line.addSubcommand(new AttachCommand(terminal, jar, optionMistakes));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    String[] lines = version.toArray(new String[0]);
    line.getCommandSpec().version(lines);
    line.getSubcommands().values().forEach(sub -> sub.getCommandSpec().version(lines));
    line.setParameterExceptionHandler(this::wrongUse);
    line.setExecutionExceptionHandler(this::failed);
  }

  /**
   * @return the process's exit code
   */
  public int run(String... arguments) {
    return line.execute(arguments);
  }

  private int wrongUse(ParameterException e, String[] arguments) {
    String help = e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    terminal.note(e.getMessage() + "; see " + help);
    CommandLine.UnmatchedArgumentException.printSuggestions(e, terminal.err());
    terminal.err().flush();
    return ExitCode.WRONG_USE;
  }

  private int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    if (e instanceof Refusal refusal) {
      terminal.note(refusal.getMessage());
      return refusal.exitCode();
    }
    if (e instanceof InvalidPathException) {
      terminal.note(e.getMessage() + "; this JVM's locale can't spell it, try LC_ALL=C.UTF-8");
      return ExitCode.WRONG_USE;
    }
    if (e instanceof IOException || e instanceof UncheckedIOException) {
      terminal.note(Errors.text(e));
      return ExitCode.IO_ERROR;
    }
    if (e instanceof CancellationException) {
      terminal.note(e.getMessage());
      return ExitCode.STOPPED;
    }
    terminal.note("failed: " + e);
    return ExitCode.BROKEN;
  }

  /** Without a command there is only help to give. */
  @Command(
      name = "java -jar sqlguard.jar",
      mixinStandardHelpOptions = true,
      description =
          "Checks SQLite databases, takes rows out of damaged ones, looks after their backups, and"
              + " puts the guard on a JVM that is running.",
      footer = {
        "",
        "The same jar is a Java agent that does this by itself: -javaagent:sqlguard.jar",
        "",
        "Exit codes: 0 complete or healthy, 1 with losses or damaged, 2 nothing to save or cannot"
            + " tell, 64 wrong use, 66 a file or process that was named can't be used, 69 a JVM that"
            + " can't be joined, 70 a defect of this program, 74 an error of reading or writing, 75"
            + " the database is in use, 77 another user's process."
      })
  private final class Root implements Runnable {
    @Override
    public void run() {
      throw new ParameterException(
          line, "What is to be done? check, salvage, status, restore or attach");
    }
  }
}
