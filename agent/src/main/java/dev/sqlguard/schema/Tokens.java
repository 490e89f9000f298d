package dev.sqlguard.schema;

import java.util.Arrays;

/**
 * A statement in pieces, as SQLite's tokenizer cuts it. Spaces and comments are left out. The kinds
 * of tokens are constants and no enum, so that a start loads fewer classes.
 */
final class Tokens {
  /** A keyword or a name without quotes. */
  static final int WORD = 1;

  /** A name in double quotes, brackets or backquotes. */
  static final int QUOTED = 2;

  /** A text in single quotes, which is taken for a name where only a name can stand. */
  static final int STRING = 3;

  static final int NUMBER = 4;
  static final int BLOB = 5;
  static final int OPERATOR = 6;

  /** What makes SQLite refuse the statement, or has no place in a schema. */
  static final int ILLEGAL = 7;

  private static final int SPACE = 0;

  /** Those that are names nowhere. The rest of the keywords are names where nothing else fits. */
  private static final String RESERVED =
      " add all alter and as autoincrement between case check collate commit constraint create"
          + " default deferrable delete distinct drop else escape except exists foreign from group"
          + " having in index insert intersect into is isnull join limit not nothing notnull null"
          + " on or order primary references returning select set table then to transaction union"
          + " unique update using values when where ";

  /** Names of tables and columns, but never a part of a type's name. */
  private static final String NO_TYPES = " cross full indexed inner left natural outer right ";

  private static final int LONGEST_KEYWORD = 17;

  private final String sql;
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private byte[] kinds = new byte[64];
  private int count;

  /** Where the token ends that was looked at last. */
  private int end;

  Tokens(String sql) {
    this.sql = sql;
    int at = 0;
    while (at < sql.length()) {
      int kind = read(at);
      if (kind != SPACE) {
        add(kind, at);
      }
      at = end;
    }
  }

  int count() {
    return count;
  }

  int start(int token) {
    return starts[token];
  }

  /** Exclusive. */
  int end(int token) {
    return ends[token];
  }

  /** 0 behind the last one. */
  int kind(int token) {
    return token < count ? kinds[token] : 0;
  }

  /** As it stands in the statement. */
  String text(int token) {
    return sql.substring(starts[token], ends[token]);
  }

  String text(int first, int last) {
    return sql.substring(starts[first], ends[last]);
  }

  /** Whether it is this keyword, given in lower case. */
  boolean isWord(int token, String word) {
    return kind(token) == WORD && isText(token, word);
  }

  boolean isOperator(int token, String operator) {
    return kind(token) == OPERATOR && isText(token, operator);
  }

  private boolean isText(int token, String text) {
    int length = ends[token] - starts[token];
    if (length != text.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (lower(sql.charAt(starts[token] + i)) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it can name a table, a column or a constraint. */
  boolean isName(int token) {
    int kind = kind(token);
    return kind == QUOTED || kind == STRING || kind == WORD && !isOneOf(token, RESERVED);
  }

  /** Whether it can be a part of a type's name, or the name of a collation. */
  boolean isTypeName(int token) {
    return isName(token) && !(kind(token) == WORD && isOneOf(token, NO_TYPES));
  }

  private boolean isOneOf(int token, String words) {
    return ends[token] - starts[token] <= LONGEST_KEYWORD
        && words.contains(" " + SqlText.lowerCase(text(token)) + " ");
  }

  /** Without its quotes. */
  String name(int token) {
    int kind = kind(token);
    if (kind != QUOTED && kind != STRING) {
      return text(token);
    }
    char quote = sql.charAt(starts[token]);
    String inner = sql.substring(starts[token] + 1, ends[token] - 1);
    if (quote == '[' || inner.indexOf(quote) < 0) {
      return inner;
    }
    StringBuilder name = new StringBuilder(inner.length());
    for (int i = 0; i < inner.length(); i++) {
      name.append(inner.charAt(i));
      i += inner.charAt(i) == quote ? 1 : 0;
    }
    return name.toString();
  }

  static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }

  private void add(int kind, int start) {
    if (count == kinds.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      kinds = Arrays.copyOf(kinds, 2 * count);
    }
    starts[count] = start;
    ends[count] = end;
    kinds[count++] = (byte) kind;
  }

  private char at(int index) {
    return index < sql.length() ? sql.charAt(index) : 0;
  }

  private int read(int at) {
    char first = sql.charAt(at);
    char second = at(at + 1);
    end = at + 1;
    switch (first) {
      case ' ', '\t', '\n', '\f', '\r':
        while (isSpace(at(end))) {
          end++;
        }
        return SPACE;
      case '\ufeff':
        return SPACE;
      case '\'', '"', '`', '[':
        return quoted(first);
      case '-':
        if (second == '-') {
          int line = sql.indexOf('\n', at);
          end = line < 0 ? sql.length() : line + 1;
          return SPACE;
        }
        end += second != '>' ? 0 : at(at + 2) == '>' ? 2 : 1;
        return OPERATOR;
      case '/':
        if (second == '*' && at + 2 < sql.length()) {
          int close = sql.indexOf("*/", at + 2);
          end = close < 0 ? sql.length() : close + 2;
          return SPACE;
        }
        return OPERATOR;
      case '(', ')', ',', ';', '+', '*', '%', '&', '~':
        return OPERATOR;
      case '=':
        return operator(second == '=');
      case '<':
        return operator(second == '=' || second == '>' || second == '<');
      case '>':
        return operator(second == '=' || second == '>');
      case '|':
        return operator(second == '|');
      case '!':
        return second == '=' ? operator(true) : ILLEGAL;
      case '.':
        return isDigit(second) ? number(at) : OPERATOR;
      case 'x', 'X':
        return second == '\'' ? blob(at + 2) : word();
      default:
        return isDigit(first) ? number(at) : isOfWord(first) && first != '$' ? word() : illegal();
    }
  }

  private int operator(boolean two) {
    end += two ? 1 : 0;
    return OPERATOR;
  }

  private int word() {
    while (isOfWord(at(end))) {
      end++;
    }
    return WORD;
  }

  private int illegal() {
    word();
    return ILLEGAL;
  }

  /** A quote that is doubled stands for itself, except for brackets. */
  private int quoted(char open) {
    char close = open == '[' ? ']' : open;
    while (end < sql.length()) {
      if (sql.charAt(end++) == close) {
        if (close == ']' || at(end) != close) {
          return open == '\'' ? STRING : QUOTED;
        }
        end++;
      }
    }
    return ILLEGAL;
  }

  private int blob(int from) {
    end = from;
    while (isHexDigit(at(end))) {
      end++;
    }
    boolean whole = at(end) == '\'' && (end - from) % 2 == 0;
    if (whole) {
      end++;
      return BLOB;
    }
    while (end < sql.length() && sql.charAt(end++) != '\'') {
      continue;
    }
    return ILLEGAL;
  }

  private int number(int at) {
    end = at;
    if (at(at) == '0' && lower(at(at + 1)) == 'x' && isHexDigit(at(at + 2))) {
      end = at + 3;
      while (isHexDigit(at(end)) || at(end) == '_') {
        end++;
      }
    } else {
      digits();
      if (at(end) == '.') {
        end++;
        digits();
      }
      boolean signed = at(end + 1) == '+' || at(end + 1) == '-';
      if (lower(at(end)) == 'e' && isDigit(at(end + (signed ? 2 : 1)))) {
        end += signed ? 2 : 1;
        digits();
      }
    }
    return isOfWord(at(end)) ? illegal() : NUMBER;
  }

  private void digits() {
    while (isDigit(at(end)) || at(end) == '_') {
      end++;
    }
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isHexDigit(char c) {
    return isDigit(c) || lower(c) >= 'a' && lower(c) <= 'f';
  }

  private static boolean isOfWord(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z' || isDigit(c) || c == '_' || c == '$' || c >= 0x80;
  }
}
