package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The same app and the same accidents, with nobody to look after the database. */
record WithoutAgent(Installation installation, Author author) implements Chapter {

  private static final int STARTS = 3;
  private static final int NOTES = 250;
  private static final int PAGES = 5;
  private static final int SERVER_ERROR = 500;

  @Override
  public String title() {
    return "without agent";
  }

  @Override
  public void play(Narrator narrator, Findings findings)
      throws IOException, SQLException, InterruptedException {
    DatabaseFiles files = installation.files();
    for (int start = 0; start < STARTS; start++) {
      try (AppProcess app = installation.start(narrator)) {
        author.write(app.client(), NOTES);
        app.terminate();
      }
    }
    findings.expect(
        "SIGTERM leaves the write-ahead log behind",
        files.logSize() > 0,
        "%,d bytes".formatted(files.logSize()));
    findings.expectFiles("three starts make no backup", List.of(), files.backups());

    damage(files.database(), narrator);
    expectFailingQuery(narrator, findings);
    try (PrivateCopy copy = PrivateCopy.of(files.database())) {
      Integrity integrity = copy.integrity();
      findings.expect("the file stays damaged", !integrity.intact(), integrity.report());
    }
  }

  private void expectFailingQuery(Narrator narrator, Findings findings)
      throws IOException, InterruptedException {
    String promised = "queries of the damaged file fail";
    try (AppProcess app = installation.start(narrator)) {
      try {
        int notes = app.client().allNotes().size();
        findings.expect(promised, false, notes + " notes were listed");
      } catch (UnexpectedAnswer e) {
        findings.expect(promised, e.status() == SERVER_ERROR, e.getMessage());
      }
      app.terminate();
    }
  }

  /** Folds the log by hand first: its copies of the pages would hide the damage. */
  private static void damage(Path database, Narrator narrator) throws IOException, SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    List<Integer> pages = PageDamage.overwriteLeaves(database, "note", PAGES);
    narrator.say("folded the log by hand, overwrote pages " + pages + " of table note with noise");
  }
}
