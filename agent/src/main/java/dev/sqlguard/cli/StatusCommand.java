package dev.sqlguard.cli;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.BackupRecord;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.guard.Holdings;
import dev.sqlguard.guard.Holdings.Item;
import dev.sqlguard.guard.Holdings.Kind;
import dev.sqlguard.repair.Age;
import dev.sqlguard.repair.EvidenceFiles;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Sizes;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code status DB}: what there is to restore from. Changes nothing. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Lists the backups of a database and the damaged originals that were kept: age, size, rows,"
          + " and the verdict of the last check.",
      "Nothing is changed."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:with --check: the database, or one of its backups, isn't healthy",
      "64:wrong use",
      "66:there is neither a database nor anything beside it",
      "70:a defect of this program",
      "74:an error of reading, or not enough space for a private copy",
      "75:with --check: a file keeps changing"
    },
    footer = {
      "",
      "Examples:",
      "  java -jar sqlguard.jar status app.db",
      "  java -jar sqlguard.jar status app.db --check --tables"
    })
final class StatusCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final NewestSqlite sqlite;
  private final Disk disk = new Disk();
  private boolean allHealthy = true;

  @Parameters(paramLabel = "DB", description = "The database.")
  Path database;

  @Option(
      names = "--backup-dir",
      paramLabel = "DIR",
      description = "Where the agent's option backup-dir puts backups.")
  Path backupDir;

  @Option(
      names = "--check",
      description = "Check every file now, on a private copy in the directory for temporary files.")
  boolean check;

  @Option(
      names = "--tables",
      description = "Rows of each table, where they are known; with --check of every file.")
  boolean tables;

  StatusCommand(Terminal terminal, NewestSqlite sqlite) {
    this.terminal = terminal;
    this.sqlite = sqlite;
  }

  @Override
  public Integer call() throws IOException {
    Path main = Inputs.realPath(database);
    Optional<Path> directory = Inputs.directory(backupDir);
    Optional<FileStat> stat = FileStat.ofEntry(main);
    Holdings holdings = Holdings.of(main, directory);
    if (stat.isEmpty() && holdings.items().isEmpty()) {
      throw new Refusal(ExitCode.NO_INPUT, database, "doesn't exist, and nothing lies beside it");
    }
    showDatabase(main, stat);
    for (Item item : holdings.items()) {
      showItem(item);
    }
    boolean anyBackup = holdings.items().stream().anyMatch(item -> item.record().isPresent());
    if (!anyBackup) {
      terminal.say("  no backup");
    }
    return allHealthy ? ExitCode.COMPLETE : ExitCode.LOSSES;
  }

  private void showDatabase(Path main, Optional<FileStat> stat) throws IOException {
    if (stat.isEmpty()) {
      terminal.say(main + ": doesn't exist");
      return;
    }
    if (!stat.get().regular()) {
      throw new Refusal(ExitCode.NO_INPUT, database, "is not an ordinary file");
    }
    StringBuilder line = new StringBuilder(main + ": " + sizeAndAge(stat.get(), "written"));
    Optional<FileStat> wal = FileStat.ofEntry(SideFiles.of(main).wal());
    if (wal.isPresent() && wal.get().size() > 0) {
      line.append(", WAL of ").append(Sizes.text(wal.get().size()));
    }
    if (!check && !hasHeader(main)) {
      line.append(stat.get().size() == 0 ? ", empty" : ", without a database header");
    }
    Optional<Verdict> verdict = verdict(main);
    verdict.ifPresent(v -> line.append("; checked now: ").append(Verdicts.text(v)));
    terminal.say(line.toString());
    judged(verdict);
    showTables(verdict, Optional.empty());
  }

  private void showItem(Item item) throws IOException {
    StringBuilder line = new StringBuilder("  " + item.file() + ": ");
    boolean emptied = item.kind() == Kind.EVIDENCE && isEmptied(item);
    if (item.record().isPresent()) {
      BackupRecord record = item.record().get();
      line.append(item.kind() == Kind.KEPT ? "backup, never rotated, " : "backup, ");
      line.append(Sizes.text(item.stat().size())).append(", ");
      line.append(Age.text(System.currentTimeMillis() - record.madeAt())).append(" old, ");
      line.append(Counted.of(record.rows(), "row")).append(" in ");
      line.append(Counted.of(record.tables(), "table"));
      line.append(record.quick() ? ", passed quick_check then" : ", passed the full check then");
    } else if (item.kind() == Kind.EVIDENCE) {
      line.append("damaged original, ");
      line.append(emptied ? "deleted since" : sizeAndAge(item.stat(), "written"));
    } else if (item.kind() == Kind.PROPOSAL) {
      line.append("salvaged, not installed, ").append(sizeAndAge(item.stat(), "made"));
    } else {
      line.append("not the guard's, or changed since; ").append(sizeAndAge(item.stat(), "written"));
    }
    boolean ours = item.kind() != Kind.FOREIGN && !emptied;
    Optional<Verdict> verdict = ours ? verdict(item.file()) : Optional.empty();
    verdict.ifPresent(v -> line.append("; checked now: ").append(Verdicts.text(v)));
    terminal.say(line.toString());
    for (Path companion : item.companions()) {
      String name = companion.getFileName().toString();
      String what = name.endsWith(BackupNames.REPORT) ? "what was done" : "rows not to be trusted";
      terminal.say("    " + companion + ": " + what);
    }
    if (item.kind() != Kind.EVIDENCE) {
      judged(verdict);
    }
    showTables(verdict, item.record().flatMap(BackupRecord::contents));
  }

  /** An empty file with a log is something else: a log that was found without its database. */
  private static boolean isEmptied(Holdings.Item item) throws IOException {
    return item.stat().size() == 0
        && FileStat.ofEntry(EvidenceFiles.quarantineOf(item.file())).isPresent()
        && FileStat.ofEntry(SideFiles.of(item.file()).wal()).isEmpty();
  }

  private void judged(Optional<Verdict> verdict) {
    allHealthy &= verdict.isEmpty() || verdict.get() instanceof Healthy;
  }

  private Optional<Verdict> verdict(Path file) throws IOException {
    if (!check) {
      return Optional.empty();
    }
    try (PrivateCopy copy = PrivateCopy.of(file, disk, done -> {})) {
      return Optional.of(sqlite.check(copy.file(), disk));
    }
  }

  private void showTables(Optional<Verdict> verdict, Optional<Contents> recorded) {
    if (!tables) {
      return;
    }
    Optional<Contents> contents = recorded;
    if (verdict.isPresent() && verdict.get() instanceof Healthy healthy) {
      contents = Optional.of(healthy.contents());
    } else if (verdict.isPresent() && verdict.get() instanceof Damaged damaged) {
      contents = Optional.of(damaged.readable());
    }
    TextTable table = new TextTable("    table", "rows");
    if (contents.isPresent()) {
      for (Map.Entry<String, Long> entry : contents.get().rowsByTable().entrySet()) {
        table.row("    " + entry.getKey(), entry.getValue());
      }
    }
    table.lines().forEach(terminal::say);
  }

  private static String sizeAndAge(FileStat stat, String verb) {
    long age = System.currentTimeMillis() - stat.modified().toMillis();
    return Sizes.text(stat.size()) + ", " + verb + " " + Age.text(age) + " ago";
  }

  private static boolean hasHeader(Path main) throws IOException {
    try (FileBytes bytes = new FileBytes(main)) {
      return DatabaseHeader.read(bytes).isPresent();
    }
  }
}
