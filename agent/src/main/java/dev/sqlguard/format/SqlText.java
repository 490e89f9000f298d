package dev.sqlguard.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the guard needs to know of a CREATE statement, as SQLite reads it. */
public final class SqlText {
  private final String sql;
  private final List<Token> tokens = new ArrayList<>();

  /**
   * A word, a quoted name or string, or one other character.
   *
   * @param end exclusive
   */
  private record Token(int start, int end, boolean quoted) {}

  public SqlText(String sql) {
    this.sql = sql;
    int at = 0;
    while (at < sql.length()) {
      int end = endOfToken(at);
      if (end > at) {
        tokens.add(new Token(at, end, closingQuote(sql.charAt(at)) != 0));
        at = end;
      } else {
        at = endOfSpace(at);
      }
    }
  }

  /** The module of a CREATE VIRTUAL TABLE in lower case; empty if this is none. */
  public Optional<String> module() {
    if (tokens.size() < 2 || !isKeyword(1, "virtual")) {
      return Optional.empty();
    }
    for (int i = 2; i + 1 < tokens.size(); i++) {
      if (isKeyword(i, "using")) {
        return Optional.of(lowerCase(name(tokens.get(i + 1))));
      }
    }
    return Optional.empty();
  }

  /** Whether {@code name = …} is among the arguments of a virtual table's module. */
  public boolean hasArgument(String name) {
    for (int i = 0; i + 1 < tokens.size(); i++) {
      if (isKeyword(i, name) && isKeyword(i + 1, "=")) {
        return true;
      }
    }
    return false;
  }

  /** What the columns of an index are made of, collations included. */
  public List<String> terms() {
    List<String> terms = new ArrayList<>();
    int depth = 0;
    int first = 0;
    for (int i = 0; i < tokens.size(); i++) {
      boolean closes = isKeyword(i, ")");
      if (isKeyword(i, "(")) {
        first = depth++ == 0 ? i + 1 : first;
      } else if (depth == 1 && (closes || isKeyword(i, ","))) {
        boolean ordered = i > first && (isKeyword(i - 1, "asc") || isKeyword(i - 1, "desc"));
        int last = ordered ? i - 2 : i - 1;
        if (last >= first) {
          terms.add(sql.substring(tokens.get(first).start, tokens.get(last).end));
        }
        first = i + 1;
      }
      depth -= closes ? 1 : 0;
      if (closes && depth == 0) {
        return terms;
      }
    }
    return terms;
  }

  /** The condition of a partial index; empty for every other index. */
  public Optional<String> condition() {
    int depth = 0;
    for (int i = 0; i + 1 < tokens.size(); i++) {
      if (isKeyword(i, "where") && depth == 0) {
        int end = tokens.get(tokens.size() - 1).end;
        return Optional.of(sql.substring(tokens.get(i + 1).start, end));
      }
      depth += isKeyword(i, "(") ? 1 : isKeyword(i, ")") ? -1 : 0;
    }
    return Optional.empty();
  }

  /** Names and keywords are compared without regard to the case of ASCII letters, and no others. */
  public static String lowerCase(String name) {
    StringBuilder lower = new StringBuilder(name);
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        lower.setCharAt(i, (char) (c + 'a' - 'A'));
      }
    }
    return lower.toString();
  }

  private boolean isKeyword(int i, String keyword) {
    Token token = tokens.get(i);
    return !token.quoted
        && token.end - token.start == keyword.length()
        && lowerCase(sql.substring(token.start, token.end)).equals(keyword);
  }

  private String name(Token token) {
    if (!token.quoted) {
      return sql.substring(token.start, token.end);
    }
    String quote = String.valueOf(closingQuote(sql.charAt(token.start)));
    String inner = sql.substring(token.start + 1, Math.max(token.start + 1, token.end - 1));
    return quote.equals("]") ? inner : inner.replace(quote + quote, quote);
  }

  /** {@code at} itself where a space or a comment begins. */
  private int endOfToken(int at) {
    char first = sql.charAt(at);
    char quote = closingQuote(first);
    if (quote != 0) {
      return endOfQuoted(at + 1, quote);
    }
    if (isSpace(first) || sql.startsWith("--", at) || sql.startsWith("/*", at)) {
      return at;
    }
    int end = at;
    while (end < sql.length() && isOfWord(sql.charAt(end))) {
      end++;
    }
    return Math.max(end, at + 1);
  }

  /** A quote that is doubled stands for itself, except for brackets. */
  private int endOfQuoted(int from, char quote) {
    int at = from;
    while (at < sql.length()) {
      if (sql.charAt(at) != quote) {
        at++;
      } else if (quote != ']' && at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
        at += 2;
      } else {
        return at + 1;
      }
    }
    return at;
  }

  /** A comment may end with the text. */
  private int endOfSpace(int at) {
    int end;
    if (sql.startsWith("--", at)) {
      end = sql.indexOf('\n', at);
    } else if (sql.startsWith("/*", at)) {
      end = sql.indexOf("*/", at + 2);
      end = end < 0 ? end : end + 1;
    } else {
      end = at;
    }
    return end < 0 ? sql.length() : end + 1;
  }

  private static char closingQuote(char c) {
    return switch (c) {
      case '\'', '"', '`' -> c;
      case '[' -> ']';
      default -> 0;
    };
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private static boolean isOfWord(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '_'
        || c == '$'
        || c >= 0x80;
  }
}
