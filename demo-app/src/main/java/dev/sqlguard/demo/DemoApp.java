package dev.sqlguard.demo;

import dev.sqlguard.demo.tour.TourCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line of the demo: an ordinary program that keeps its data in one SQLite file. */
@Command(
    name = "demo-app",
    description =
        "A notebook over HTTP on SQLite, and a tour of what the sqlguard agent does for it.",
    subcommands = {ServeCommand.class, TourCommand.class},
    scope = ScopeType.INHERIT,
    exitCodeOnInvalidInput = DemoApp.USAGE_ERROR)
public final class DemoApp {

  /** {@code EX_USAGE} of sysexits.h: the command line asks for something that is not there. */
  public static final int USAGE_ERROR = 64;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  private DemoApp() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new DemoApp())
            .setExecutionExceptionHandler(DemoApp::reportInOneLine)
            .execute(args));
  }

  private static int reportInOneLine(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    command.getErr().println(command.getCommandName() + ": " + cause);
    return command.getCommandSpec().exitCodeOnExecutionException();
  }
}
