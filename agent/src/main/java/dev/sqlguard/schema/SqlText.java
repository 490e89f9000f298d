package dev.sqlguard.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is asked of a CREATE statement that isn't understood as a whole. */
public final class SqlText {
  private final Tokens tokens;

  public SqlText(String sql) {
    this.tokens = new Tokens(sql);
  }

  /** The module of a CREATE VIRTUAL TABLE in lower case; empty if this is none. */
  public Optional<String> module() {
    if (!tokens.isWord(1, "virtual")) {
      return Optional.empty();
    }
    for (int i = 2; i + 1 < tokens.count(); i++) {
      if (tokens.isWord(i, "using")) {
        return Optional.of(lowerCase(tokens.name(i + 1)));
      }
    }
    return Optional.empty();
  }

  /** Whether {@code name = …} is among the arguments of a virtual table's module. */
  public boolean hasArgument(String name) {
    return argument(name).isPresent();
  }

  /** What stands behind {@code name =} there, without its quotes. */
  public Optional<String> argument(String name) {
    for (int i = 0; i + 2 < tokens.count(); i++) {
      if (tokens.isWord(i, name) && tokens.isOperator(i + 1, "=")) {
        return Optional.of(tokens.name(i + 2));
      }
    }
    return Optional.empty();
  }

  /** What the columns of an index are made of, collations included. */
  public List<String> terms() {
    List<String> terms = new ArrayList<>();
    int depth = 0;
    int first = 0;
    for (int i = 0; i < tokens.count(); i++) {
      boolean closes = tokens.isOperator(i, ")");
      if (tokens.isOperator(i, "(")) {
        first = depth++ == 0 ? i + 1 : first;
      } else if (depth == 1 && (closes || tokens.isOperator(i, ","))) {
        boolean ordered =
            i > first && (tokens.isWord(i - 1, "asc") || tokens.isWord(i - 1, "desc"));
        int last = ordered ? i - 2 : i - 1;
        if (last >= first) {
          terms.add(tokens.text(first, last));
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
    for (int i = 0; i + 1 < tokens.count(); i++) {
      if (depth == 0 && tokens.isWord(i, "where")) {
        return Optional.of(tokens.text(i + 1, tokens.count() - 1));
      }
      depth += tokens.isOperator(i, "(") ? 1 : tokens.isOperator(i, ")") ? -1 : 0;
    }
    return Optional.empty();
  }

  /** Names and keywords are compared without regard to the case of ASCII letters, and no others. */
  public static String lowerCase(String name) {
    StringBuilder lower = new StringBuilder(name);
    for (int i = 0; i < lower.length(); i++) {
      lower.setCharAt(i, Tokens.lower(lower.charAt(i)));
    }
    return lower.toString();
  }
}
