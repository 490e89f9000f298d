package dev.sqlguard.demo.tour;

import dev.sqlguard.demo.notebook.Note;
import dev.sqlguard.demo.notebook.NoteDraft;
import dev.sqlguard.demo.notebook.NoteText;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Makes up notes, each different from all before. Usable by several threads. */
final class Author {

  private static final List<String> NOTEBOOKS = List.of("garden", "kitchen", "travel", "work");
  private static final List<String> TAGS =
      List.of("idea", "later", "question", "recipe", "repair", "todo", "urgent", "weekend");
  private static final List<String> WORDS =
      List.of(
          "apple",
          "bridge",
          "candle",
          "desk",
          "engine",
          "forest",
          "glass",
          "harbour",
          "island",
          "journey",
          "kettle",
          "ladder",
          "meadow",
          "needle",
          "orchard",
          "paper",
          "quarry",
          "river",
          "stone",
          "tower",
          "umbrella",
          "valley",
          "window",
          "yard");
  private static final int REVISED_EVERY = 10;

  private final AtomicLong written = new AtomicLong();

  NoteDraft nextDraft() {
    long number = written.incrementAndGet();
    SplittableRandom random = new SplittableRandom(number);
    return new NoteDraft(
        pick(NOTEBOOKS, random),
        "Note " + number + " about the " + pick(WORDS, random),
        words(60 + random.nextInt(80), random),
        List.of(pick(TAGS, random), pick(TAGS, random)));
  }

  /** Writes new notes and changes some of them afterwards. */
  void write(NotebookClient client, int notes) throws IOException, InterruptedException {
    for (int i = 0; i < notes; i++) {
      Note note = client.create(nextDraft());
      if (i % REVISED_EVERY == 0) {
        client.revise(note.id(), new NoteText(note.title(), "Second thoughts. " + note.body()));
      }
    }
  }

  private static String words(int howMany, SplittableRandom random) {
    return random
        .ints(howMany, 0, WORDS.size())
        .mapToObj(WORDS::get)
        .collect(Collectors.joining(" "));
  }

  private static String pick(List<String> choices, SplittableRandom random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
