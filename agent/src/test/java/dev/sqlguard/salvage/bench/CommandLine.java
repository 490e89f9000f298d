package dev.sqlguard.salvage.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A command with placeholders such as {@code {damaged}}.
 *
 * @param words the command and its arguments
 */
record CommandLine(List<String> words) {
  /** Words end at blanks; quotes of either kind hold them together. */
  static CommandLine parse(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (char c : text.toCharArray()) {
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (c == ' ') {
        if (inWord) {
          words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    return new CommandLine(words);
  }

  /** The command with every {@code {name}} replaced by its value. */
  List<String> with(Map<String, String> values) {
    List<String> filled = new ArrayList<>();
    for (String word : words) {
      for (Map.Entry<String, String> value : values.entrySet()) {
        word = word.replace("{" + value.getKey() + "}", value.getValue());
      }
      filled.add(word);
    }
    return filled;
  }
}
