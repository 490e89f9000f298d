package dev.sqlguard.schema;

/** Goes through a statement token by token. */
class StatementReader {
  final Tokens tokens;
  int at;

  StatementReader(Tokens tokens, int at) {
    this.tokens = tokens;
    this.at = at;
  }

  /** What is wrong at the present token. */
  final NotUnderstoodException notUnderstood() {
    return new NotUnderstoodException(
        tokens.kind(at) == 0 ? "statement ends early" : "statement not understood");
  }

  final boolean isWord(String word) {
    return tokens.isWord(at, word);
  }

  final boolean isOperator(String operator) {
    return tokens.isOperator(at, operator);
  }

  /** Passes over a keyword, given in lower case, if it stands here. */
  final boolean accept(String word) {
    boolean found = tokens.isWord(at, word);
    at += found ? 1 : 0;
    return found;
  }

  final boolean acceptOperator(String operator) {
    boolean found = tokens.isOperator(at, operator);
    at += found ? 1 : 0;
    return found;
  }

  final void expect(String word) throws NotUnderstoodException {
    if (!accept(word)) {
      throw notUnderstood();
    }
  }

  final void expectOperator(String operator) throws NotUnderstoodException {
    if (!acceptOperator(operator)) {
      throw notUnderstood();
    }
  }

  final void expectEnd() throws NotUnderstoodException {
    if (at < tokens.count()) {
      throw notUnderstood();
    }
  }

  final String name() throws NotUnderstoodException {
    if (!tokens.isName(at)) {
      throw notUnderstood();
    }
    return tokens.name(at++);
  }

  final void ifNotExists() throws NotUnderstoodException {
    if (accept("if")) {
      expect("not");
      expect("exists");
    }
  }

  /** In lower case. */
  final String collation() throws NotUnderstoodException {
    if (!tokens.isTypeName(at)) {
      throw notUnderstood();
    }
    return SqlText.lowerCase(tokens.name(at++));
  }

  /** Passes over an expression in parentheses. */
  final void skipParentheses() throws NotUnderstoodException {
    expectOperator("(");
    int first = at;
    for (int depth = 1; depth > 0; at++) {
      int kind = tokens.kind(at);
      if (kind == 0 || kind == Tokens.ILLEGAL || isOperator(";")) {
        throw notUnderstood();
      }
      depth += isOperator("(") ? 1 : isOperator(")") ? -1 : 0;
    }
    if (at == first + 1) {
      throw notUnderstood();
    }
  }
}
