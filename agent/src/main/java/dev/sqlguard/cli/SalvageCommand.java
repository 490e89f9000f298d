package dev.sqlguard.cli;

import dev.sqlguard.backup.Origin;
import dev.sqlguard.format.Replay;
import dev.sqlguard.salvage.DamagedFile;
import dev.sqlguard.salvage.NothingToSaveException;
import dev.sqlguard.salvage.Salvage;
import dev.sqlguard.salvage.SalvageOptions;
import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.store.AccessLists;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.Healthy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvage DAMAGED OUT}: every row that survives, into a fresh database. */
@Command(
    name = "salvage",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Takes every row that physically survives in DAMAGED, and writes a fresh database OUT.",
      "DAMAGED and the files beside it are only read."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:complete: no row and no table is missing, as far as can be known",
      "1:with losses: OUT is written, the summary says what is missing",
      "2:nothing to save: DAMAGED is empty, encrypted, or no database",
      "64:wrong use; OUT exists, or its directory doesn't",
      "66:DAMAGED or the backup can't be used",
      "70:a defect of this program",
      "74:an error of reading or writing, or not enough space",
      "75:DAMAGED is in use, or changed on the way"
    },
    footer = {
      "",
      "Examples:",
      "  java -jar sqlguard.jar salvage app.db saved.db",
      "  java -jar sqlguard.jar salvage app.db saved.db --backup app.db.bak --json"
    })
final class SalvageCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final NewestSqlite sqlite;
  private final Disk disk = new Disk();

  @Parameters(index = "0", paramLabel = "DAMAGED", description = "The database to read.")
  Path damaged;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "The database to write. It must not exist.")
  Path out;

  @Option(
      names = "--backup",
      paramLabel = "GOOD",
      description =
          "A healthy earlier state. It is checked first. Its schema stands in for a lost one, and"
              + " its rows for rows that are destroyed.")
  Path backup;

  @Option(
      names = "--no-backfill",
      description = "Don't put the backup's rows in the place of destroyed ones.")
  boolean noBackfill;

  @Option(
      names = "--no-verify",
      description = "Don't check OUT when it is complete, nor its constraints.")
  boolean noVerify;

  @Option(names = "--json", description = "Print the report as JSON.")
  boolean json;

  @Option(
      names = "--force",
      description = "Go on though DAMAGED is in use: salvage a private copy of its present state.")
  boolean force;

  SalvageCommand(Terminal terminal, NewestSqlite sqlite) {
    this.terminal = terminal;
    this.sqlite = sqlite;
  }

  @Override
  public Integer call() throws IOException {
    Path main = Inputs.file(damaged);
    List<Path> inputs = new ArrayList<>(List.of(main));
    Optional<Path> good = Optional.empty();
    if (backup != null) {
      good = Optional.of(Inputs.file(backup));
      inputs.add(good.get());
      if (isSameFile(main, good.get())) {
        throw new Refusal(ExitCode.WRONG_USE, backup, "is the damaged database itself");
      }
    }
    if (isSameFile(main, out)) {
      throw new Refusal(ExitCode.WRONG_USE, out, "is the damaged database itself");
    }
    try (OutputFile output = OutputFile.create(out, inputs, disk)) {
      Inputs.requireDatabase(main);
      return salvage(main, good, output);
    }
  }

  private int salvage(Path main, Optional<Path> good, OutputFile output) throws IOException {
    Optional<String> user = Users.of(main);
    if (user.isPresent() && !force) {
      String advice = "; stop it, or salvage a copy of the present state with --force";
      throw new Refusal(ExitCode.IN_USE, main, "is in use: " + user.get() + advice);
    }
    long copies = user.isPresent() ? FrozenCopy.size(main) : 0;
    copies += good.isPresent() ? FrozenCopy.size(good.get()) : 0;
    Space.require(output.directory(), FrozenCopy.size(main) + copies);
    SalvageSummary.Builder summary = new SalvageSummary.Builder(main, output.file(), good);
    SalvageReport report;
    try (ProgressDisplay progress = new ProgressDisplay(terminal, output::check)) {
      if (good.isPresent()) {
        progress.at("checking the backup");
        checkBackup(good.get(), output);
      }
      Path source = main;
      if (user.isPresent()) {
        FrozenCopy.take(main, output.damagedCopy(), disk);
        source = output.damagedCopy();
      }
      SalvageOptions options =
          new SalvageOptions(
              good.map(g -> output.backupCopy()),
              good.isPresent() && !noBackfill,
              Optional.empty(),
              !noVerify,
              true);
      long started = System.nanoTime();
      report = run(source, output.part(), options, progress);
      summary.salvaged(report, System.nanoTime() - started);
      if (!noVerify) {
        progress.at("verifying " + output.file().getFileName());
        started = System.nanoTime();
        Verdict verdict = sqlite.check(output.part(), disk);
        summary.verified(verdict, System.nanoTime() - started);
      }
    } catch (NothingToSaveException e) {
      throw new Refusal(ExitCode.NOTHING, main, e.getMessage() + ": there is nothing to save");
    }
    FileStat model = FileStat.ofEntry(main).orElseThrow();
    output.publish(AccessLists.modelFor(main, model, output.directory()));
    SalvageSummary done = summary.build();
    if (json) {
      terminal.document(done.json());
    } else {
      done.lines().forEach(terminal::say);
    }
    return done.isComplete() ? ExitCode.COMPLETE : ExitCode.LOSSES;
  }

  private SalvageReport run(
      Path source, Path part, SalvageOptions options, ProgressDisplay progress) throws IOException {
    Origin before = Origin.of(source).orElseThrow();
    SalvageReport report;
    try (DamagedFile image = DamagedFile.open(source, Replay.SALVAGE)) {
      report =
          withNotes(
              new Salvage(image, options, sqlite.engine()::open, progress, disk).into(part),
              image.notes());
    }
    if (!before.isUnchanged()) {
      throw new Refusal(
          ExitCode.IN_USE, source, "changed while it was read; stop what is writing to it");
    }
    return report;
  }

  private static SalvageReport withNotes(SalvageReport report, List<String> more) {
    List<String> notes = new ArrayList<>(more);
    notes.addAll(report.notes());
    return new SalvageReport(
        report.tables(),
        report.pages(),
        report.damagedPages(),
        report.objectsLost(),
        report.unattributed(),
        report.schemaFrom(),
        notes);
  }

  /** On a copy, which then serves: what was checked is what is used. */
  private void checkBackup(Path good, OutputFile output) throws IOException {
    FrozenCopy.take(good, output.backupCopy(), disk);
    Verdict verdict = sqlite.check(output.backupCopy(), disk);
    if (!(verdict instanceof Healthy healthy)) {
      throw new Refusal(
          ExitCode.NO_INPUT, good, "can't serve as a backup: " + Verdicts.text(verdict));
    }
    if (healthy.contents().tables() == 0) {
      throw new Refusal(ExitCode.NO_INPUT, good, "can't serve as a backup: it has no table");
    }
  }

  /** Through links of either kind. */
  private static boolean isSameFile(Path main, Path other) throws IOException {
    Set<FileId> ids = FileUsers.ids(SideFiles.of(main));
    return !Collections.disjoint(ids, FileUsers.ids(List.of(other)));
  }
}
