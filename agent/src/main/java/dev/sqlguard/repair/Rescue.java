package dev.sqlguard.repair;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.format.Replay;
import dev.sqlguard.salvage.DamagedFile;
import dev.sqlguard.salvage.NothingToSaveException;
import dev.sqlguard.salvage.Salvage;
import dev.sqlguard.salvage.SalvageOptions;
import dev.sqlguard.salvage.SalvageProgress;
import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.NotEnoughSpaceException;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import dev.sqlguard.verify.Contents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes the rows out of a private copy of a damaged database and puts them into a fresh one. */
public final class Rescue {
  /**
   * What came of it.
   *
   * @param file passed by the judges
   * @param quarantine rows that can't be trusted, where there are any
   */
  record Result(Path file, SalvageReport report, Contents contents, Optional<Path> quarantine) {}

  private final DamagedCopy copy;
  private final BackupNames names;
  private final Judges judges;

  public Rescue(DamagedCopy copy, BackupNames names, Judges judges) {
    this.copy = copy;
    this.names = names;
    this.judges = judges;
  }

  /**
   * @param backup whose schema and rows may help
   * @param passedOver gets a line where nothing came of it
   * @throws NotEnoughSpaceException where the file system can't hold the result
   * @throws IOException where something can't be read or written
   */
  Optional<Result> run(
      Optional<NewestBackup.Found> backup, boolean backfill, List<String> passedOver)
      throws IOException {
    Path damaged = copy.take();
    Path out = names.repaired();
    copy.discard(out);
    copy.discard(names.quarantine());
    for (Path scratch : Salvage.scratchFiles(out)) {
      // SQLite would open what stands beside it, and wait for ever where that is a FIFO.
      copy.discard(scratch);
    }
    long size = size(damaged) + size(SideFiles.of(damaged).wal());
    long fromBackup = backup.isPresent() ? size(backup.get().file()) : 0;
    Space.require(names.directory(), 2 * size + fromBackup);
    SalvageOptions options =
        // Slowness says nothing of the file: a slow machine mustn't cost an index.
        new SalvageOptions(
            backup.map(NewestBackup.Found::file),
            backfill,
            Optional.of(names.quarantine()),
            true,
            false);
    try (DamagedFile image = DamagedFile.open(damaged, Replay.STRICT)) {
      Salvage salvage =
          new Salvage(image, options, judges.newest()::open, SalvageProgress.none(), copy.disk());
      SalvageReport report = withNotes(salvage.into(out), image.notes());
      Optional<Contents> contents = judges.pass(out, "what was salvaged", passedOver);
      Optional<Path> quarantine =
          Optional.of(names.quarantine()).filter(file -> file.toFile().exists());
      return contents.map(rows -> new Result(out, report, rows, quarantine));
    } catch (NothingToSaveException e) {
      passedOver.add("there is nothing to salvage: " + e.getMessage());
    } catch (RuntimeException e) {
      // A backup may still do, whatever a damaged file made of the attempt. Not where reading or
      // writing failed: the same may succeed tomorrow, and an older state would be in its place.
      passedOver.add("salvaging failed: " + e);
    } catch (LinkageError | VirtualMachineError e) {
      // The same for what this JVM lacks: memory, a deep enough stack, a jar that is still there.
      throw new IOException("salvaging failed: " + e, e);
    }
    return Optional.empty();
  }

  private static long size(Path file) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(file);
    return stat.isPresent() ? stat.get().size() : 0;
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
}
