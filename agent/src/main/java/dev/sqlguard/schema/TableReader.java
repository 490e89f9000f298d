package dev.sqlguard.schema;

import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.format.TextEncoding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what belongs to a table. */
final class TableReader {
  private final SchemaEntry entry;
  private final TextEncoding encoding;
  private final Budget budget;
  private final List<IndexSchema> indexes = new ArrayList<>();

  /** The indexes of constraints that haven't been seen yet, by their names in lower case. */
  private final Map<String, Key> implied = new HashMap<>();

  /** Null where the statement isn't understood. */
  private TableLayout layout;

  private String undecided;

  private TableReader(SchemaEntry entry, TextEncoding encoding, Budget budget) {
    this.entry = entry;
    this.encoding = encoding;
    this.budget = budget;
  }

  /** Null where the statement is about something else than the entry. */
  static TableReader of(
      SchemaEntry entry, boolean descendingOrder, TextEncoding encoding, Budget budget) {
    TableReader reader = new TableReader(entry, encoding, budget);
    try {
      CreateTable table = CreateTable.of(certain(entry.sql()));
      if (!isSame(table.name, entry.name())) {
        return null;
      }
      reader.layout = new TableLayout(table, descendingOrder, encoding);
      reader.expectIndexes(table);
    } catch (NotUnderstoodException e) {
      reader.undecided = e.getMessage();
    }
    return reader;
  }

  private void expectIndexes(CreateTable table) {
    for (int i = 0; i < table.keys.size(); i++) {
      Key key = table.keys.get(i);
      if (!table.withoutRowid || !key.primary) {
        implied.put(SqlText.lowerCase("sqlite_autoindex_" + table.name + "_" + (i + 1)), key);
      } else if (layout.foreignCollation(key) != null) {
        undecided = "collation " + layout.foreignCollation(key);
      }
    }
  }

  /** Adds an index; false where its statement is about something else than its entry. */
  boolean add(SchemaEntry index) {
    boolean unique = false;
    try {
      if (index.sql() == null || index.sql().isEmpty()) {
        unique = true;
        addImplied(index);
        return true;
      }
      CreateIndex statement = CreateIndex.of(certain(index.sql()));
      if (!isSame(statement.table, entry.name()) || !isSame(statement.name, index.name())) {
        return false;
      }
      unique = statement.unique;
      addStated(index, statement);
    } catch (NotUnderstoodException e) {
      indexes.add(
          new IndexSchema(
              index.name(), index.root(), unique, new int[0], 0, List.of(), null, e.getMessage()));
    }
    return true;
  }

  private void addImplied(SchemaEntry index) throws NotUnderstoodException {
    Key key = implied.remove(SqlText.lowerCase(index.name()));
    if (key == null) {
      undecided = undecided == null ? "unknown constraint" : undecided;
      throw new NotUnderstoodException("unknown constraint");
    }
    indexes.add(layout.index(index, true, key, true, null, null, budget));
  }

  private void addStated(SchemaEntry index, CreateIndex statement) throws NotUnderstoodException {
    if (layout == null) {
      throw new NotUnderstoodException("table not understood");
    }
    Key key = statement.terms(layout.table);
    Condition condition = null;
    String reason = null;
    if (statement.accept("where")) {
      try {
        condition = ConditionReader.of(statement.tokens, statement.at, layout, encoding, budget);
      } catch (NotUnderstoodException e) {
        reason = "partial condition";
      }
    } else {
      statement.expectEnd();
    }
    indexes.add(layout.index(index, statement.unique, key, false, condition, reason, budget));
  }

  TableSchema read() {
    if (layout == null) {
      return new TableSchema(
          entry.name(), entry.root(), false, List.of(), -1, null, indexes, undecided);
    }
    if (!implied.isEmpty() && undecided == null) {
      undecided = "index of a constraint is missing";
    }
    List<KeyOrder.Field> key = layout.key;
    if (layout.table.withoutRowid && key == null) {
      key = List.of();
    }
    return new TableSchema(
        entry.name(),
        entry.root(),
        layout.table.strict,
        layout.fields,
        layout.rowidAlias,
        key,
        indexes,
        undecided);
  }

  /**
   * Bytes that are no text stand for each other once they are read; SQLite reads no further than to
   * the first U+0000, and takes nothing that stands before the first word.
   */
  private static String certain(String sql) throws NotUnderstoodException {
    boolean begins = sql.length() > 1 && Tokens.lower(sql.charAt(0)) == 'c';
    if (!begins || sql.indexOf('\ufffd') >= 0 || sql.indexOf(0) >= 0) {
      throw new NotUnderstoodException("text not understood");
    }
    return sql;
  }

  private static boolean isSame(String name, String other) {
    return SqlText.lowerCase(name).equals(SqlText.lowerCase(other));
  }
}
