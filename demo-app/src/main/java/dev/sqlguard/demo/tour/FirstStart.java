package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.sql.SQLException;

/** A first start on an empty directory, stopped with SIGTERM. */
record FirstStart(Installation installation, Author author) implements Chapter {

  private static final int NOTES = 800;
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  @Override
  public String title() {
    return "first start";
  }

  @Override
  public void play(Narrator narrator, Findings findings)
      throws IOException, SQLException, InterruptedException {
    RowCounts written;
    int exitCode;
    try (AppProcess app = installation.start(narrator)) {
      author.write(app.client(), NOTES);
      written = app.client().rowCounts();
      exitCode = app.terminate();
    }
    findings.expect(
        "SIGTERM ends the app with exit code 143, as ever",
        exitCode == ENDED_BY_SIGTERM,
        "exit code " + exitCode);
    FileChecks checks = new FileChecks(installation.files(), findings);
    checks.isFolded(written);
    checks.nothingIsUnfinished();
  }
}
