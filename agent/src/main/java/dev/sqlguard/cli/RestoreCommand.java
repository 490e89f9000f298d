package dev.sqlguard.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "restore", mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  RestoreCommand(Terminal terminal, NewestSqlite sqlite) {}

  @Override
  public Integer call() throws IOException {
    return 0;
  }
}
