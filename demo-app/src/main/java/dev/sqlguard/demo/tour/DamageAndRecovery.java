package dev.sqlguard.demo.tour;

import dev.sqlguard.demo.notebook.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * Noise in pages that hold notes: the next start keeps the others, and has these from the backup.
 */
record DamageAndRecovery(Installation installation, Author author) implements Chapter {

  private static final int NOTES = 100;
  private static final int PAGES = 5;

  @Override
  public String title() {
    return "damage";
  }

  @Override
  public void play(Narrator narrator, Findings findings)
      throws IOException, SQLException, InterruptedException {
    DatabaseFiles files = installation.files();
    try (AppProcess app = installation.start(narrator)) {
      author.write(app.client(), NOTES);
      app.terminate();
    }
    Content before = contentAtStart(narrator);

    List<Integer> pages = PageDamage.overwriteLeaves(files.database(), "note", PAGES);
    narrator.say("overwrote pages " + pages + " of table note with noise");
    byte[] damaged = Files.readAllBytes(files.database());
    try (PrivateCopy copy = PrivateCopy.of(files.database())) {
      Integrity integrity = copy.integrity();
      findings.expect("(the damage is real)", !integrity.intact(), integrity.report());
    }

    Content after = contentAtStart(narrator);
    narrator.say("rows before the damage: " + before.rows());
    narrator.say("rows after the recovery: " + after.rows());
    findings.expect(
        "the next start has every row again",
        after.equals(before),
        after.equals(before)
            ? "all %d notes, as they were".formatted(after.notes().size())
            : "%s instead of %s".formatted(after.rows(), before.rows()));
    FileChecks checks = new FileChecks(files, findings);
    checks.isFolded(before.rows());
    boolean kept =
        Files.exists(files.evidence())
            && Arrays.equals(damaged, Files.readAllBytes(files.evidence()));
    findings.expect(
        "the damaged file stays as .corrupt, unchanged",
        kept,
        kept
            ? "the same %,d bytes".formatted(damaged.length)
            : Files.exists(files.evidence()) ? "other bytes" : "no .corrupt");
    checks.nothingIsUnfinished();
  }

  private Content contentAtStart(Narrator narrator) throws IOException, InterruptedException {
    try (AppProcess app = installation.start(narrator)) {
      Content content = new Content(app.client().rowCounts(), app.client().allNotes());
      app.terminate();
      return content;
    }
  }

  private record Content(RowCounts rows, List<Note> notes) {}
}
