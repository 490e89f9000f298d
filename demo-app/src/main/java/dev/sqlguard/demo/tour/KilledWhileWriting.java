package dev.sqlguard.demo.tour;

import dev.sqlguard.demo.notebook.Note;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** {@code kill -9} in the middle of concurrent writes, and the start after it. */
record KilledWhileWriting(Installation installation, Author author) implements Chapter {

  private static final int CLIENTS = 6;
  private static final int NOTES = 400;

  @Override
  public String title() {
    return "kill -9";
  }

  @Override
  public void play(Narrator narrator, Findings findings)
      throws IOException, SQLException, InterruptedException {
    DatabaseFiles files = installation.files();
    Set<Note> acknowledged = writeUntilKilled(narrator);
    narrator.say(
        "%d notes were acknowledged before the kill cut %d clients off"
            .formatted(acknowledged.size(), CLIENTS));
    findings.expect(
        "(the kill leaves a write-ahead log)",
        files.logSize() > 0,
        "%,d bytes".formatted(files.logSize()));

    RowCounts found;
    Set<Note> missing = new HashSet<>(acknowledged);
    try (AppProcess app = installation.start(narrator)) {
      found = app.client().rowCounts();
      missing.removeAll(new HashSet<>(app.client().allNotes()));
      app.terminate();
    }
    findings.expect(
        "the next start has every acknowledged note",
        missing.isEmpty(),
        "%d of %d missing".formatted(missing.size(), acknowledged.size()));
    FileChecks checks = new FileChecks(files, findings);
    checks.holds(".bak is what that start found", files.backup(), found);
    checks.isFolded(found);
    checks.nothingIsUnfinished();
  }

  private Set<Note> writeUntilKilled(Narrator narrator) throws IOException, InterruptedException {
    try (AppProcess app = installation.start(narrator);
        ConcurrentWriters writers = ConcurrentWriters.start(app.client(), author, CLIENTS, NOTES)) {
      writers.awaitEnough();
      app.kill();
      writers.awaitCutOff();
      return writers.acknowledged();
    }
  }
}
