package dev.sqlguard.it;

import dev.sqlguard.cli.SqlGuardCli;
import dev.sqlguard.cli.Terminal;
import dev.sqlguard.driver.JdbcDriver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.sqlite.core.DB;

/**
 * The salvage command on many files, one after another in one JVM, which saves starting as many.
 * Prints the name of each file, and its exit code on a line of its own behind what the command
 * says.
 */
public final class HostileSalvage {
  /** In front of the exit code. */
  static final String ENDED = "ended with ";

  private HostileSalvage() {}

  /** Arguments: what to read and what to write, in turn. */
  public static void main(String[] arguments) {
    SqlGuardCli command =
        new SqlGuardCli(
            Terminal.ofProcess(),
            () -> Optional.of(new JdbcDriver(DB.class, () -> true)),
            List.of(),
            Path.of("none.jar"),
            text -> List.of());
    for (int i = 0; i < arguments.length; i += 2) {
      System.out.println(arguments[i]);
      String result;
      try {
        result = Integer.toString(command.run("salvage", arguments[i], arguments[i + 1]));
      } catch (Throwable e) {
        result = e.toString();
      }
      System.out.println(ENDED + result);
    }
  }
}
