package dev.sqlguard.salvage.bench;

import java.util.List;
import java.util.Random;

/** Words of several scripts, of one to four bytes a character in UTF-8. */
final class Vocabulary {
  private static final List<String> WORDS =
      List.of(
          ("shelf volume reader index letter atlas comet lantern meadow willow harvest orchard"
                  + " compass anchor beacon canyon delta estuary fern glacier heron islet juniper"
                  + " kelp lichen moraine nectar otter pine quail reef sparrow thistle urchin violet"
                  + " wren yarrow zulu novel essay poem map score film journal archive edition"
                  + " overdue renewed damaged reserved returned Öl Käse garçon señal żółw smörgås"
                  + " Ωμέγα книга архив библиотека 図書館 書籍 도서관 كتاب ספר 📚 𝄞")
              .split(" "));

  private final Random random;

  Vocabulary(Random random) {
    this.random = random;
  }

  String word() {
    return WORDS.get(random.nextInt(WORDS.size()));
  }

  /** {@code fewest} to {@code most} words. */
  String sentence(int fewest, int most) {
    StringBuilder text = new StringBuilder(word());
    for (int i = fewest + random.nextInt(most - fewest + 1); i > 1; i--) {
      text.append(' ').append(word());
    }
    return text.toString();
  }
}
