package dev.sqlguard.cli;

import dev.sqlguard.guard.Holdings;
import dev.sqlguard.guard.Holdings.Item;
import dev.sqlguard.guard.Holdings.Kind;
import dev.sqlguard.guard.Restoration;
import dev.sqlguard.guard.Restoration.Result;
import dev.sqlguard.store.Disk;
import dev.sqlguard.verify.IntegrityCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code restore DB [SLOT]}: a backup becomes the database, or a replacement is undone. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Puts a backup in the place of a database, or undoes a replacement.",
      "What was there before is kept as DB.corrupt, with a report beside it. Nobody may have the"
          + " database open."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:restored",
      "2:there is no such backup, or it doesn't pass the check; nothing was changed",
      "64:wrong use",
      "66:the directory of the database, or --backup-dir, doesn't exist",
      "70:a defect of this program",
      "74:an error of reading or writing, or not enough space",
      "75:the database is in use or can't be replaced safely; nothing was changed"
    },
    footer = {
      "",
      "Examples:",
      "  java -jar sqlguard.jar restore app.db",
      "  java -jar sqlguard.jar restore app.db .bak.1",
      "  java -jar sqlguard.jar restore app.db --undo"
    })
final class RestoreCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final NewestSqlite sqlite;
  private final Disk disk = new Disk();

  @Parameters(index = "0", paramLabel = "DB", description = "The database.")
  Path database;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "SLOT",
      description =
          "What status lists: the end of a name, such as .bak.1, .bak.keep, .corrupt or .salvaged,"
              + " or the whole name. Without it the newest backup that passes a check now.")
  String slot;

  @Option(
      names = "--undo",
      description = "The same as SLOT .corrupt: put back what the last replacement took away.")
  boolean undo;

  @Option(
      names = "--backup-dir",
      paramLabel = "DIR",
      description = "Where the agent's option backup-dir puts backups.")
  Path backupDir;

  RestoreCommand(Terminal terminal, NewestSqlite sqlite) {
    this.terminal = terminal;
    this.sqlite = sqlite;
  }

  @Override
  public Integer call() throws IOException {
    Path main = Inputs.realPath(database);
    Optional<Path> directory = Inputs.directory(backupDir);
    if (undo && slot != null) {
      throw new Refusal(ExitCode.WRONG_USE, database, "--undo names the slot already");
    }
    Optional<Item> item =
        undo || slot != null ? Optional.of(find(main, directory)) : Optional.empty();
    boolean evidence = item.isPresent() && item.get().kind() == Kind.EVIDENCE;
    boolean proposal = item.isPresent() && item.get().kind() == Kind.PROPOSAL;
    // Evidence lies beside the database, and so does what the guard knows of it.
    Restoration restoration =
        new Restoration(
            main,
            evidence || proposal ? Optional.empty() : directoryOf(item, directory),
            new IntegrityCheck(sqlite.engine()),
            disk);
    Result result =
        item.isEmpty()
            ? restoration.newestBackup()
            : evidence
                ? restoration.undo(item.get().file())
                : proposal ? restoration.proposal() : restoration.backup(item.get().file());
    if (result instanceof Result.NotPossible impossible) {
      throw new Refusal(ExitCode.IN_USE, main, "not restored: " + impossible.reason());
    }
    if (result instanceof Result.NothingGood nothing) {
      throw new Refusal(ExitCode.NOTHING, main, "not restored: " + nothing.reason());
    }
    report(main, (Result.Installed) result, evidence);
    return ExitCode.COMPLETE;
  }

  /** A slot beside the database may be named though there is a backup directory too. */
  private static Optional<Path> directoryOf(Optional<Item> item, Optional<Path> given) {
    return item.isEmpty() ? given : given.filter(item.get().file().getParent()::equals);
  }

  private Item find(Path main, Optional<Path> directory) throws IOException {
    String wanted = undo ? ".corrupt" : slot;
    List<Item> items = Holdings.of(main, directory).items();
    List<Item> found = new ArrayList<>();
    for (Item item : items) {
      String name = item.file().getFileName().toString();
      boolean named =
          name.equals(wanted)
              || name.equals(main.getFileName() + wanted)
              || wanted.startsWith(".") && name.endsWith(wanted) && item.kind() != Kind.EVIDENCE
              || Path.of(wanted).toAbsolutePath().normalize().equals(item.file());
      if (named) {
        found.add(item);
      }
    }
    if (found.isEmpty()) {
      throw new Refusal(
          ExitCode.NOTHING, main, "there is no " + wanted + "; status lists what there is");
    }
    for (Item item : found) {
      if (item.kind() != Kind.FOREIGN) {
        return item;
      }
    }
    throw new Refusal(
        ExitCode.NOTHING,
        found.get(0).file(),
        "isn't the guard's, or was changed since; it is not restored");
  }

  private void report(Path main, Result.Installed installed, boolean undone) {
    new RestoreReport(main, installed, undone).lines().forEach(terminal::say);
  }
}
