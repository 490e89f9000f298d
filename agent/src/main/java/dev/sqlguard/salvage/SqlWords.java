package dev.sqlguard.salvage;

import java.util.regex.Pattern;

/** Looks for keywords in SQL, where they are words of the statement. */
final class SqlWords {
  /** A quote that is doubled within a text ends one text and begins the next. */
  private static final Pattern NO_KEYWORD =
      Pattern.compile(
          "--[^\\n]*+|/\\*(?s:.*?)(?:\\*/|\\z)|'[^']*+'|\"[^\"]*+\"|`[^`]*+`|\\[[^\\]]*+\\]");

  private SqlWords() {}

  /** Comments, texts and quoted names are passed over. */
  static boolean has(String sql, String keyword) {
    String words = NO_KEYWORD.matcher(sql).replaceAll(" ");
    return Pattern.compile("(?i)(?<![\\w$])" + keyword + "(?![\\w$])").matcher(words).find();
  }
}
