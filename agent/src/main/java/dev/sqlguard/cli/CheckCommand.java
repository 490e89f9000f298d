package dev.sqlguard.cli;

import dev.sqlguard.store.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code check DB…}: whether databases are damaged. Changes nothing. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Checks databases at about the speed at which they can be copied: every page, and every index"
          + " against its table. What that leaves open the carried SQLite decides, on a private copy"
          + " in the directory for temporary files.",
      "Nothing is changed, and nobody is disturbed."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all of them are healthy",
      "1:at least one is damaged",
      "2:none is damaged, but of at least one nobody can tell: it is missing, unreadable,"
          + " encrypted, no database, or keeps changing; or there is no space for a copy",
      "64:wrong use",
      "70:a defect of this program"
    },
    footer = {
      "",
      "Examples:",
      "  java -jar sqlguard.jar check app.db",
      "  java -jar sqlguard.jar check --deep /data/*.db"
    })
final class CheckCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final NewestSqlite sqlite;

  @Parameters(arity = "1..*", paramLabel = "DB", description = "The databases.")
  List<Path> databases;

  @Option(
      names = "--deep",
      description = "Have SQLite's own integrity_check run as well, whatever the scan says.")
  boolean deep;

  CheckCommand(Terminal terminal, NewestSqlite sqlite) {
    this.terminal = terminal;
    this.sqlite = sqlite;
  }

  @Override
  public Integer call() {
    boolean damaged = false;
    boolean unknown = false;
    for (Path database : databases) {
      CheckSummary summary;
      try (ProgressDisplay progress = ProgressDisplay.barOnly(terminal)) {
        summary = new DatabaseCheck(database, deep, sqlite, new Disk(), progress).run();
      }
      summary.lines().forEach(terminal::say);
      damaged |= summary.exitCode() == ExitCode.LOSSES;
      unknown |= summary.exitCode() == ExitCode.CANNOT_TELL;
    }
    return damaged ? ExitCode.LOSSES : unknown ? ExitCode.CANNOT_TELL : ExitCode.COMPLETE;
  }
}
