package dev.sqlguard.schema;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a CREATE TABLE statement ("CREATE TABLE" in SQLite's documentation). */
final class CreateTable extends StatementReader {
  /** SQLite takes no more. */
  private static final int MOST_COLUMNS = 2000;

  /** Of all constraints together: what they say is compared with one another. */
  private static final int MOST_TERMS = 10_000;

  String name;
  final List<Column> columns = new ArrayList<>();

  /** What each is unique for, in the order in which SQLite counts the indexes that it makes. */
  final List<Key> keys = new ArrayList<>();

  /** The column that is the rowid by another name, or -1. */
  int rowidAlias = -1;

  boolean withoutRowid;
  boolean strict;

  private final Map<String, Integer> places = new HashMap<>();
  private boolean hasPrimaryKey;
  private boolean aliasDescending;
  private boolean autoincrement;
  private int terms;

  private CreateTable(Tokens tokens) {
    super(tokens, 0);
  }

  static CreateTable of(String sql) throws NotUnderstoodException {
    CreateTable table = new CreateTable(new Tokens(sql));
    table.read();
    return table;
  }

  /** The place of a column in the declaration; -1 where there is none of that name. */
  int place(String column) {
    Integer place = places.get(SqlText.lowerCase(column));
    return place == null ? -1 : place;
  }

  /** The primary key; null where there is none, or where it is the rowid. */
  Key primaryKey() {
    for (Key key : keys) {
      if (key.primary) {
        return key;
      }
    }
    return null;
  }

  private void read() throws NotUnderstoodException {
    expect("create");
    expect("table");
    ifNotExists();
    name = name();
    expectOperator("(");
    column();
    boolean more = acceptOperator(",");
    while (more && !isConstraint()) {
      column();
      more = acceptOperator(",");
    }
    while (more) {
      constraint();
      more = acceptOperator(",") || isConstraint();
    }
    expectOperator(")");
    options();
    expectEnd();
    finish();
  }

  private boolean isConstraint() {
    return isWord("constraint")
        || isWord("primary")
        || isWord("unique")
        || isWord("check")
        || isWord("foreign");
  }

  private void column() throws NotUnderstoodException {
    Column column = new Column(name());
    int place = columns.size();
    if (place == MOST_COLUMNS
        || places.putIfAbsent(SqlText.lowerCase(column.name), place) != null) {
      throw notUnderstood();
    }
    columns.add(column);
    column.type = type();
    while (columnConstraint(column, place)) {
      continue;
    }
  }

  private String type() throws NotUnderstoodException {
    int first = at;
    boolean quoted = false;
    while (tokens.isTypeName(at)) {
      quoted |= tokens.kind(at++) != Tokens.WORD;
    }
    if (at == first) {
      return "";
    }
    if (acceptOperator("(")) {
      signedNumber();
      if (acceptOperator(",")) {
        signedNumber();
      }
      expectOperator(")");
    }
    if (!quoted) {
      return withoutGenerated(tokens.text(first, at - 1));
    }
    String type = tokens.name(first);
    if (at > first + 1 || type.isEmpty()) {
      throw notUnderstood();
    }
    return type;
  }

  private void signedNumber() throws NotUnderstoodException {
    if (!acceptOperator("-")) {
      acceptOperator("+");
    }
    if (tokens.kind(at++) != Tokens.NUMBER) {
      throw notUnderstood();
    }
  }

  /** GENERATED ALWAYS can be read as the end of a type, and SQLite takes it off. */
  private static String withoutGenerated(String type) {
    String lower = SqlText.lowerCase(type);
    if (lower.length() < "generatedalways".length() + 1 || !lower.endsWith("always")) {
      return type;
    }
    lower = lower.substring(0, lower.length() - "always".length()).trim();
    if (lower.endsWith("generated")) {
      lower = lower.substring(0, lower.length() - "generated".length()).trim();
    }
    return type.substring(0, lower.length());
  }

  private boolean columnConstraint(Column column, int place) throws NotUnderstoodException {
    if (accept("constraint")) {
      name();
    } else if (accept("not")) {
      if (accept("null")) {
        conflict();
      } else {
        deferrable();
      }
    } else if (accept("null")) {
      conflict();
    } else if (accept("default")) {
      column.hasDefault = true;
      column.defaultValue = defaultValue();
      if (column.generated) {
        throw notUnderstood();
      }
    } else if (accept("primary")) {
      columnIsPrimaryKey(column, place);
    } else if (accept("unique")) {
      Key key = keyOf(column, place, false);
      key.conflict = conflict();
      add(key);
    } else if (accept("collate")) {
      setCollation(column, place, collation());
    } else if (isWord("check")) {
      at++;
      skipParentheses();
    } else if (accept("references")) {
      reference(1);
    } else if (isWord("deferrable")) {
      deferrable();
    } else if (accept("generated")) {
      expect("always");
      expect("as");
      generated(column);
    } else if (accept("as")) {
      generated(column);
    } else {
      return false;
    }
    return true;
  }

  /** A key of the column that was declared before the collation goes by it as well. */
  private void setCollation(Column column, int place, String collation) {
    column.collation = collation;
    for (int i = keys.size() - 1; i >= 0 && keys.get(i).columns.get(0) == place; i--) {
      keys.get(i).collations.set(0, collation);
    }
  }

  private void columnIsPrimaryKey(Column column, int place) throws NotUnderstoodException {
    expect("key");
    boolean descending = isWord("desc");
    at += descending || isWord("asc") ? 1 : 0;
    String conflict = conflict();
    autoincrement |= accept("autoincrement");
    requireFirstPrimaryKey();
    if (column.isOfType("integer") && !descending) {
      rowidAlias = place;
    } else {
      Key key = keyOf(column, place, descending);
      key.primary = true;
      key.conflict = conflict;
      add(key);
    }
  }

  private void requireFirstPrimaryKey() throws NotUnderstoodException {
    if (hasPrimaryKey) {
      throw notUnderstood();
    }
    hasPrimaryKey = true;
  }

  private static Key keyOf(Column column, int place, boolean descending) {
    Key key = new Key();
    key.add(place, column.collation, descending);
    return key;
  }

  /** An index that would be the same as one before isn't made. */
  private void add(Key key) throws NotUnderstoodException {
    terms += key.size();
    if (terms > MOST_TERMS) {
      throw notUnderstood();
    }
    for (Key other : keys) {
      if (other.isLike(key)) {
        if (other.conflict != null
            && key.conflict != null
            && !other.conflict.equals(key.conflict)) {
          throw notUnderstood();
        }
        other.conflict = other.conflict == null ? key.conflict : other.conflict;
        other.primary |= key.primary;
        return;
      }
    }
    keys.add(key);
  }

  /** What comes behind ON CONFLICT in lower case; null where that isn't there. */
  private String conflict() throws NotUnderstoodException {
    if (!accept("on")) {
      return null;
    }
    expect("conflict");
    if (isWord("rollback")
        || isWord("abort")
        || isWord("fail")
        || isWord("ignore")
        || isWord("replace")) {
      return SqlText.lowerCase(tokens.text(at++));
    }
    throw notUnderstood();
  }

  private Literal defaultValue() throws NotUnderstoodException {
    if (isOperator("(")) {
      int open = at;
      skipParentheses();
      return constant(open + 1, at - 2);
    }
    int first = at;
    boolean signed = acceptOperator("-") || acceptOperator("+");
    boolean isWord = tokens.kind(at) == Tokens.WORD;
    if (isWord || tokens.kind(at) == Tokens.QUOTED) {
      boolean name = tokens.isTypeName(at) || isWord("indexed");
      boolean time =
          isWord("current_time") || isWord("current_date") || isWord("current_timestamp");
      if (!name && !isWord("null") || signed && name && !time) {
        throw notUnderstood();
      }
      at++;
      return signed || time ? null : word(at - 1);
    }
    int kind = tokens.kind(at++);
    if (kind != Tokens.NUMBER && kind != Tokens.STRING && kind != Tokens.BLOB) {
      throw notUnderstood();
    }
    return constant(first, at - 1);
  }

  private Literal word(int token) {
    if (tokens.isWord(token, "null")) {
      return Literal.ofNull();
    }
    if (tokens.isWord(token, "true") || tokens.isWord(token, "false")) {
      return Literal.of(tokens.isWord(token, "true") ? 1 : 0);
    }
    return Literal.of(tokens.name(token));
  }

  private Literal constant(int first, int last) {
    boolean negative = tokens.isOperator(first, "-");
    int value = negative || tokens.isOperator(first, "+") ? first + 1 : first;
    if (value != last) {
      return null;
    }
    boolean truth = tokens.isWord(value, "true") || tokens.isWord(value, "false");
    return truth && value == first ? word(value) : Literal.of(tokens, value, negative);
  }

  private void generated(Column column) throws NotUnderstoodException {
    skipParentheses();
    if (column.generated || column.hasDefault) {
      throw notUnderstood();
    }
    column.generated = true;
    column.stored = accept("stored");
    if (!column.stored) {
      accept("virtual");
    }
  }

  /**
   * @param columns how many refer to the other table
   */
  private void reference(int columns) throws NotUnderstoodException {
    name();
    if (isOperator("(") && names(false) != columns) {
      throw notUnderstood();
    }
    while (true) {
      if (accept("match")) {
        name();
      } else if (accept("on")) {
        if (!accept("delete") && !accept("update")) {
          expect("insert");
        }
        action();
      } else {
        return;
      }
    }
  }

  /**
   * Passes over names in parentheses.
   *
   * @param own whether they are columns of this table
   * @return how many there are
   */
  private int names(boolean own) throws NotUnderstoodException {
    int count = 0;
    expectOperator("(");
    do {
      String name = name();
      if (own && place(name) < 0) {
        throw notUnderstood();
      }
      count++;
    } while (acceptOperator(","));
    expectOperator(")");
    return count;
  }

  private void action() throws NotUnderstoodException {
    if (accept("set")) {
      if (!accept("null")) {
        expect("default");
      }
    } else if (accept("no")) {
      expect("action");
    } else if (!accept("cascade")) {
      expect("restrict");
    }
  }

  /** Behind NOT, or without it. */
  private void deferrable() throws NotUnderstoodException {
    expect("deferrable");
    if (accept("initially") && !accept("deferred")) {
      expect("immediate");
    }
  }

  private void constraint() throws NotUnderstoodException {
    if (accept("constraint")) {
      name();
    } else if (accept("check")) {
      skipParentheses();
      conflict();
    } else if (accept("foreign")) {
      expect("key");
      int columns = names(true);
      expect("references");
      reference(columns);
      if (isWord("deferrable") || isWord("not")) {
        accept("not");
        deferrable();
      }
    } else if (accept("unique")) {
      Key key = terms(false);
      key.conflict = conflict();
      add(key);
    } else {
      expect("primary");
      primaryKeyOfTable();
    }
  }

  private void primaryKeyOfTable() throws NotUnderstoodException {
    expect("key");
    Key key = terms(true);
    key.conflict = conflict();
    requireFirstPrimaryKey();
    Column first = columns.get(key.columns.get(0));
    for (int column : key.columns) {
      if (columns.get(column).generated) {
        throw notUnderstood();
      }
    }
    if (key.size() == 1 && first.isOfType("integer")) {
      rowidAlias = key.columns.get(0);
      aliasDescending = key.descending.get(0);
    } else {
      key.primary = true;
      add(key);
    }
  }

  /** The columns of a constraint, in parentheses. */
  private Key terms(boolean primary) throws NotUnderstoodException {
    Key key = new Key();
    expectOperator("(");
    do {
      int place = place(name());
      if (place < 0 || key.size() == MOST_COLUMNS) {
        throw notUnderstood();
      }
      String collation = accept("collate") ? collation() : columns.get(place).collation;
      boolean descending = isWord("desc");
      at += descending || isWord("asc") ? 1 : 0;
      key.add(place, collation, descending);
    } while (acceptOperator(","));
    autoincrement |= primary && accept("autoincrement");
    expectOperator(")");
    return key;
  }

  private void options() throws NotUnderstoodException {
    if (at == tokens.count()) {
      return;
    }
    do {
      if (accept("without")) {
        expect("rowid");
        withoutRowid = true;
      } else {
        expect("strict");
        strict = true;
      }
    } while (acceptOperator(","));
  }

  private void finish() throws NotUnderstoodException {
    boolean ordinary = false;
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      ordinary |= !column.generated;
      if (strict && !isStrictType(column)) {
        throw notUnderstood();
      }
      if (i == rowidAlias && column.generated) {
        throw notUnderstood();
      }
    }
    Key primary = primaryKey();
    if (!ordinary
        || autoincrement && (rowidAlias < 0 || withoutRowid)
        || withoutRowid && !hasPrimaryKey
        || primary != null && columns.get(primary.columns.get(0)).generated) {
      throw notUnderstood();
    }
    if (withoutRowid && rowidAlias >= 0) {
      Key key = keyOf(columns.get(rowidAlias), rowidAlias, aliasDescending);
      key.primary = true;
      rowidAlias = -1;
      add(key);
    } else if (withoutRowid) {
      dropRepetitions(primary);
    }
  }

  private static boolean isStrictType(Column column) {
    return column.isOfType("int")
        || column.isOfType("integer")
        || column.isOfType("real")
        || column.isOfType("text")
        || column.isOfType("blob")
        || column.isOfType("any");
  }

  private static void dropRepetitions(Key key) {
    Set<String> seen = new HashSet<>();
    int kept = 0;
    for (int i = 0; i < key.size(); i++) {
      if (seen.add(key.term(i))) {
        key.columns.set(kept, key.columns.get(i));
        key.collations.set(kept, key.collations.get(i));
        key.descending.set(kept++, key.descending.get(i));
      }
    }
    key.columns.subList(kept, key.columns.size()).clear();
    key.collations.subList(kept, key.collations.size()).clear();
    key.descending.subList(kept, key.descending.size()).clear();
  }
}
