package dev.sqlguard.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "status", mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  StatusCommand(Terminal terminal, NewestSqlite sqlite) {}

  @Override
  public Integer call() throws IOException {
    return 0;
  }
}
