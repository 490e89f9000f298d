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
  private final List<IndexSchema> indexes = new ArrayList<>();

  /** The indexes of constraints that haven't been seen yet, by their names in lower case. */
  private final Map<String, Key> implied = new HashMap<>();

  /** Null where the statement isn't understood. */
  private TableLayout layout;

  private String undecided;

  private TableReader(SchemaEntry entry, TextEncoding encoding) {
    this.entry = entry;
    this.encoding = encoding;
  }

  /** Null where the statement is about something else than the entry. */
  static TableReader of(SchemaEntry entry, boolean descendingOrder, TextEncoding encoding) {
    TableReader reader = new TableReader(entry, encoding);
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
    if (index.sql() == null || index.sql().isEmpty()) {
      Key key = implied.remove(SqlText.lowerCase(index.name()));
      if (key == null) {
        addUndecided(index, false, "unknown constraint");
        undecided = undecided == null ? "unknown constraint" : undecided;
      } else {
        indexes.add(layout.index(index.name(), index.root(), true, key, true, null, null));
      }
      return true;
    }
    try {
      CreateIndex statement = CreateIndex.of(certain(index.sql()));
      if (!isSame(statement.table, entry.name()) || !isSame(statement.name, index.name())) {
        return false;
      }
      if (layout == null) {
        addUndecided(index, statement.unique, "table not understood");
      } else {
        add(index, statement);
      }
    } catch (NotUnderstoodException e) {
      addUndecided(index, false, e.getMessage());
    }
    return true;
  }

  private void add(SchemaEntry index, CreateIndex statement) throws NotUnderstoodException {
    Key key = statement.terms(layout.table);
    if (key == null) {
      addUndecided(index, statement.unique, "expression");
      return;
    }
    Condition condition = null;
    String reason = null;
    if (statement.accept("where")) {
      try {
        condition = ConditionReader.of(statement.tokens, statement.at, layout, encoding);
      } catch (NotUnderstoodException e) {
        reason = "partial condition";
      }
    } else {
      statement.expectEnd();
    }
    indexes.add(
        layout.index(index.name(), index.root(), statement.unique, key, false, condition, reason));
  }

  private void addUndecided(SchemaEntry index, boolean unique, String reason) {
    indexes.add(
        new IndexSchema(
            index.name(), index.root(), unique, new int[0], 0, List.of(), null, reason));
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
