package dev.sqlguard.schema;

/** Reads a CREATE INDEX statement ("CREATE INDEX" in SQLite's documentation). */
final class CreateIndex extends StatementReader {
  /** SQLite takes no more. */
  private static final int MOST_TERMS = 2000;

  String name;
  String table;
  boolean unique;

  private CreateIndex(Tokens tokens) {
    super(tokens, 0);
  }

  /** Reads as far as the table's name: what follows depends on the table. */
  static CreateIndex of(String sql) throws NotUnderstoodException {
    CreateIndex index = new CreateIndex(new Tokens(sql));
    index.expect("create");
    index.unique = index.accept("unique");
    index.expect("index");
    index.ifNotExists();
    index.name = index.name();
    index.expect("on");
    index.table = index.name();
    return index;
  }

  /**
   * Reads the terms.
   *
   * @throws NotUnderstoodException where one of them is no column
   */
  Key terms(CreateTable on) throws NotUnderstoodException {
    Key key = new Key();
    expectOperator("(");
    do {
      boolean sound = tokens.isName(at) && key.size() < MOST_TERMS;
      int place = sound ? on.place(tokens.name(at++)) : -1;
      if (place < 0) {
        throw new NotUnderstoodException("expression");
      }
      String collation = accept("collate") ? collation() : on.columns.get(place).collation;
      boolean descending = isWord("desc");
      at += descending || isWord("asc") ? 1 : 0;
      key.add(place, collation, descending);
    } while (acceptOperator(","));
    if (!acceptOperator(")")) {
      throw new NotUnderstoodException("expression");
    }
    return key;
  }
}
