package dev.sqlguard.guard;

import dev.sqlguard.backup.Catalog;
import dev.sqlguard.backup.KeptBackups;
import dev.sqlguard.repair.Account;
import dev.sqlguard.repair.BackupRung;
import dev.sqlguard.repair.Candidate;
import dev.sqlguard.repair.DamagedCopy;
import dev.sqlguard.repair.EvidenceFiles;
import dev.sqlguard.repair.IncidentReport;
import dev.sqlguard.repair.IndexRung;
import dev.sqlguard.repair.Installation;
import dev.sqlguard.repair.Judges;
import dev.sqlguard.repair.Ladder;
import dev.sqlguard.repair.LogRung;
import dev.sqlguard.repair.NewestBackup;
import dev.sqlguard.repair.Proposal;
import dev.sqlguard.repair.Rescue;
import dev.sqlguard.repair.Rung;
import dev.sqlguard.repair.SalvageRung;
import dev.sqlguard.repair.StandingRefusal;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is done about proven damage of one database. No class of it is loaded without damage. */
final class Repair {
  private static final int MOST_FINDINGS = 100;

  private final Path main;
  private final Examination seen;
  private final Damaged damaged;
  private final SqliteEngine driver;
  private final Workplace workplace;
  private final Examiner examiner;
  private final Settings settings;
  private final Disk disk;
  private final Log log;
  private final Catalog backups;
  private final boolean lacksBackups;
  private final NewestBackup newest;

  Repair(
      Path main,
      Examination seen,
      Damaged damaged,
      SqliteEngine driver,
      Workplace workplace,
      Examiner examiner,
      Settings settings,
      Disk disk,
      Log log) {
    this.main = main;
    this.seen = seen;
    this.damaged = damaged;
    this.driver = driver;
    this.workplace = workplace;
    this.examiner = examiner;
    this.settings = settings;
    this.disk = disk;
    this.log = log;
    Optional<Catalog> known = workplace.whereabouts().newest();
    this.backups = known.orElse(workplace.catalog());
    this.lacksBackups = known.isEmpty();
    this.newest = workplace.newestBackup(backups, new IntegrityCheck(driver), disk);
  }

  Outcome run(Progress progress) throws IOException {
    if (settings.onDamage() == Settings.OnDamage.REPORT) {
      return unrepaired("left as it is (on-damage=report)");
    }
    if (seen.obstacle().isPresent()) {
      return unrepaired("not replaced because " + seen.obstacle().get()).forNow();
    }
    progress.repairing();
    try {
      Ladder.Choice choice = new Ladder(rungs(progress)).climb(damaged);
      if (lacksBackups && !choice.best().map(Candidate::isComplete).orElse(false)) {
        return awaitBackups(choice.best());
      }
      if (choice.best().isEmpty()) {
        String tried = String.join(", ", choice.passedOver());
        return unrepaired(
            "nothing can replace it ("
                + (tried.isEmpty() ? "there is no backup" : tried)
                + "); left as it is");
      }
      Candidate best = choice.best().get();
      return best.losesMoreThan(settings.maxLoss()) ? leave(best) : install(best, choice);
    } catch (IOException | RuntimeException | LinkageError | VirtualMachineError e) {
      // Damage stays proven, whatever came in the way of its repair.
      return unrepaired("not repaired: " + Wording.of(e)).forNow();
    }
  }

  private List<Rung> rungs(Progress progress) {
    Judges judges = new Judges(driver, examiner.newestSqlite());
    DamagedCopy copy =
        new DamagedCopy(main, workplace.names().damaged(), examiner.snapshot(progress), disk);
    Rescue rescue = new Rescue(copy, workplace.names(), judges);
    if (!damaged.losesRows()) {
      return List.of(new IndexRung(copy, rescue, newest, judges));
    }
    return List.of(
        new LogRung(copy, judges, disk, new SalvageRung(rescue, newest, settings.backfill())),
        new BackupRung(newest));
  }

  private Outcome install(Candidate best, Ladder.Choice choice) throws IOException {
    FileStat stat = seen.origin().orElseThrow().main();
    Optional<String> obstacle = workplace.installation().obstacle(stat);
    if (obstacle.isPresent()) {
      return notInstalled(best, obstacle.get(), "");
    }
    RicherBackup.Result richer =
        new RicherBackup(newest, new KeptBackups(backups)).keep(best.contents());
    if (!richer.isSafe()) {
      return notInstalled(best, richer.note().orElseThrow(), "");
    }
    String note = richer.note().isPresent() ? "; " + richer.note().get() : "";
    try {
      return install(best, report(best, choice, richer), note);
    } catch (IOException | RuntimeException | LinkageError | VirtualMachineError e) {
      return unrepaired("not repaired: " + Wording.of(e) + note).forNow();
    }
  }

  private Outcome install(Candidate best, IncidentReport report, String note) throws IOException {
    boolean wal = seen.wal().isPresent() ? seen.wal().get() : best.wal();
    Account account = new Account(report, best.quarantine(), best.lacksItsLog());
    if (damaged.losesRows()) {
      workplace.pastLoss().remember();
    }
    Installation.Result result =
        workplace.installation().install(best.file(), seen.origin().orElseThrow(), wal, account);
    if (result instanceof Installation.Result.NotPossible impossible) {
      return notInstalled(best, impossible.reason(), note);
    }
    Installation.Result.Installed installed = (Installation.Result.Installed) result;
    Path evidence = installed.evidence();
    log.warn(
        main,
        Wording.of(damaged)
            + "; "
            + Wording.of(best)
            + (best.quarantine().isPresent()
                ? " (" + EvidenceFiles.quarantineOf(evidence) + ")"
                : "")
            + note
            + "; the damaged file is kept as "
            + evidence
            + ", details are in "
            + EvidenceFiles.reportOf(evidence)
            + Wording.ofComplaint(installed));
    for (Path deleted : installed.deleted()) {
      log.warn(main, Wording.ofDeleted(deleted));
    }
    return Outcome.READ;
  }

  private Outcome notInstalled(Candidate best, String reason, String note) {
    String what = Wording.of(best) + ", but not installed: " + reason + note;
    return unrepaired(what, reason).forNow();
  }

  private IncidentReport report(Candidate best, Ladder.Choice choice, RicherBackup.Result richer) {
    List<String> findings = new ArrayList<>();
    for (Finding finding : damaged.findings()) {
      if (findings.size() < MOST_FINDINGS) {
        findings.add(finding.text());
      }
    }
    List<String> passedOver = new ArrayList<>(choice.passedOver());
    for (Candidate other : choice.others()) {
      passedOver.add(Wording.of(other));
    }
    richer.note().ifPresent(passedOver::add);
    return new IncidentReport(
        main,
        "repair",
        findings,
        Wording.of(best),
        Wording.why(best, choice.others()),
        passedOver,
        Optional.of(best.contents()),
        best.salvage());
  }

  /**
   * What a backup may have isn't given up because nobody can look at it now. Its owner, who knows
   * better, can.
   */
  private Outcome awaitBackups(Optional<Candidate> best) {
    String what =
        "not repaired for now, because its backups aren't to be found in "
            + workplace.whereabouts().text()
            + "; make that directory available and start again";
    if (best.isEmpty()) {
      return unrepaired(what).forNow();
    }
    String without = what + "; without them: " + Wording.of(best.get());
    if (!isLeft(best.get())) {
      return unrepaired(without, what).forNow();
    }
    String left =
        without
            + ", left as "
            + Proposal.fileOf(main)
            + "; if they are gone for good, install that: java -jar sqlguard.jar restore "
            + main
            + " .salvaged";
    if (damaged.losesRows()) {
      remember(left);
    }
    return unrepaired(left, what).forNow();
  }

  /** To go without it is no reason to say less of the backups. */
  private boolean isLeft(Candidate best) {
    try {
      return workplace.proposal().leave(best.file());
    } catch (IOException e) {
      return false;
    }
  }

  private Outcome leave(Candidate best) throws IOException {
    Path file = Proposal.fileOf(main);
    String what =
        "not replaced, because more rows would be lost than max-loss="
            + settings.maxLoss()
            + " allows: ";
    if (!workplace.proposal().leave(best.file())) {
      return unrepaired(
          what + Wording.of(best) + "; " + file + " isn't the guard's, or was changed");
    }
    String left =
        what
            + Wording.of(best)
            + ", left as "
            + file
            + "; to install it: java -jar sqlguard.jar restore "
            + main
            + " .salvaged";
    if (damaged.losesRows()) {
      remember(left);
    }
    return unrepaired(left);
  }

  /** A start that can't recall it works it out again. */
  private void remember(String left) {
    StandingRefusal.Said said = new StandingRefusal.Said(Wording.of(damaged), left);
    try {
      workplace.refusal(main, settings, driver, disk).remember(seen.origin().orElseThrow(), said);
    } catch (IOException e) {
      log.warn(main, "the next start will salvage it again: " + Wording.of(e));
    }
  }

  private Outcome unrepaired(String what) {
    return unrepaired(what, what);
  }

  /**
   * @param reason the line is said again only if this has changed
   */
  private Outcome unrepaired(String what, String reason) {
    String harmless = damaged.losesRows() ? "" : "no row is lost; ";
    log.warnOfChange(main, Wording.of(damaged) + "; " + harmless + what, reason);
    return settings.whenUnrepaired(main, damaged);
  }
}
