package dev.sqlguard.agent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The small grammar of option texts. */
final class OptionText {
  private OptionText() {}

  /** Splits at commas; two commas in a row stand for one in the text. Empty parts are left out. */
  static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ',') {
        part.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == ',') {
        part.append(',');
        i++;
      } else {
        add(parts, part);
      }
    }
    add(parts, part);
    return parts;
  }

  /** The one of {@code words} that takes the fewest changes to get to from {@code text}. */
  static String nearest(String text, Collection<String> words) {
    String best = "";
    int fewest = Integer.MAX_VALUE;
    for (String word : words) {
      int changes = distance(text, word);
      if (changes < fewest) {
        fewest = changes;
        best = word;
      }
    }
    return best;
  }

  private static void add(List<String> parts, StringBuilder part) {
    if (part.length() > 0) {
      parts.add(part.toString());
      part.setLength(0);
    }
  }

  /** Levenshtein's. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
