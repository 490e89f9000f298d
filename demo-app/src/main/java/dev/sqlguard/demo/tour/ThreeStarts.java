package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Three more starts, each finding other rows than the one before, and the backups they make. */
record ThreeStarts(Installation installation, Author author) implements Chapter {

  private static final int STARTS = 3;
  private static final int NOTES = 100;

  @Override
  public String title() {
    return "three starts";
  }

  @Override
  public void play(Narrator narrator, Findings findings)
      throws IOException, SQLException, InterruptedException {
    DatabaseFiles files = installation.files();
    List<RowCounts> found = new ArrayList<>();
    for (int start = 0; start < STARTS; start++) {
      try (PrivateCopy copy = PrivateCopy.of(files.database())) {
        found.add(copy.rowCounts());
      }
      try (AppProcess app = installation.start(narrator)) {
        author.write(app.client(), NOTES);
        app.terminate();
      }
      narrator.say("backups: " + files.backups());
    }
    findings.expectFiles(
        "the backups are exactly .bak and .bak.1",
        List.of(
            files.backup().getFileName().toString(), files.olderBackup().getFileName().toString()),
        files.backups());
    FileChecks checks = new FileChecks(files, findings);
    checks.holds(".bak is what the last start found", files.backup(), found.get(STARTS - 1));
    checks.holds(".bak.1 is what the first start found", files.olderBackup(), found.get(0));
    checks.nothingIsUnfinished();
  }
}
