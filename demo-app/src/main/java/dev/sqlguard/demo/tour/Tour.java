package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The story in chapters: five that share one installation guarded by the agent, and one that lives
 * through the same without it.
 */
final class Tour {

  private final Narrator narrator;
  private final List<Chapter> chapters;

  /**
   * Prepares the directories. The apps get a temporary directory in the playground, too, as a
   * killed one cannot remove what it has unpacked there.
   */
  Tour(Path app, Path agent, Path playground, Narrator narrator) throws IOException {
    this.narrator = narrator;
    Path guardedHome = Files.createDirectories(playground.resolve("with-agent"));
    Path plainHome = Files.createDirectories(playground.resolve("without-agent"));
    String temporary =
        "-Djava.io.tmpdir=" + Files.createDirectories(playground.resolve("temporary"));
    Installation guarded =
        new Installation(
            guardedHome, List.of(temporary, "-javaagent:" + agent, "-jar", app.toString()));
    Installation plain = new Installation(plainHome, List.of(temporary, "-jar", app.toString()));
    Author author = new Author();
    chapters =
        List.of(
            new FirstStart(guarded, author),
            new ThreeStarts(guarded, author),
            new KilledWhileWriting(guarded, author),
            new DamageAndRecovery(guarded, author),
            new StopWithFullLog(guarded, author),
            new WithoutAgent(plain, author));
  }

  /** Plays every chapter, also behind one that went wrong; true if every promise was kept. */
  boolean play() throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < chapters.size(); i++) {
      Chapter chapter = chapters.get(i);
      String heading = (i + 1) + " " + chapter.title();
      Findings ofChapter = new Findings(heading, narrator);
      narrator.heading(heading);
      try {
        chapter.play(narrator, ofChapter);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        ofChapter.expect(
            "the chapter can be played to its end",
            false,
            e.getClass().getSimpleName() + ": " + e.getMessage());
      }
      narrator.listing(chapter.installation().directory());
      findings.addAll(ofChapter.all());
    }
    narrator.heading("What was promised, and what was seen");
    narrator.say(FindingsTable.of(findings));
    return findings.stream().allMatch(Finding::held);
  }
}
