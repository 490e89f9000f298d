package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.sql.SQLException;

/** SIGTERM to an app whose newest rows are still in the write-ahead log. */
record StopWithFullLog(Installation installation, Author author) implements Chapter {

  private static final int NOTES = 100;

  @Override
  public String title() {
    return "SIGTERM with WAL";
  }

  @Override
  public void play(Narrator narrator, Findings findings)
      throws IOException, SQLException, InterruptedException {
    RowCounts written;
    long logWhileRunning;
    try (AppProcess app = installation.start(narrator)) {
      author.write(app.client(), NOTES);
      written = app.client().rowCounts();
      logWhileRunning = installation.files().logSize();
      app.terminate();
    }
    findings.expect(
        "(the running app has a write-ahead log)",
        logWhileRunning > 0,
        "%,d bytes".formatted(logWhileRunning));
    FileChecks checks = new FileChecks(installation.files(), findings);
    checks.isFolded(written);
    checks.nothingIsUnfinished();
  }
}
