package dev.sqlguard.cli;

import dev.sqlguard.guard.Restoration.Result.Installed;
import dev.sqlguard.repair.EvidenceFiles;
import dev.sqlguard.repair.IncidentReport;
import dev.sqlguard.verify.Contents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a restoration did, on the terminal. */
record RestoreReport(Path main, Installed installed, boolean undone) {
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (undone) {
      lines.add(main + ": is again what it was before the replacement, from " + installed.origin());
    } else {
      Contents contents = installed.contents().orElse(Contents.NONE);
      lines.add(
          main
              + ": restored from "
              + installed.origin()
              + ", "
              + Counted.of(contents.rows(), "row")
              + " in "
              + Counted.of(contents.tables(), "table"));
    }
    if (installed.evidence().isPresent()) {
      Path evidence = installed.evidence().get();
      lines.add("what was there is kept as " + evidence);
      lines.add("to undo this: " + IncidentReport.undoCommand(main, evidence));
      lines.add("report: " + EvidenceFiles.reportOf(evidence));
    }
    if (installed.complaint().isPresent()) {
      lines.add("but " + installed.complaint().get());
    }
    if (undone) {
      lines.add(
          "a guarded start would replace it again: start with on-damage=report to keep it as it is");
    }
    return lines;
  }
}
