package dev.sqlguard.schema;

import dev.sqlguard.format.KeyOrder;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A schema as SQLite's pragmas describe it, and the same words for what {@link Schema} found. */
final class SqlitesView {
  private static final int VIRTUAL = 2;

  private final Connection db;

  SqlitesView(Connection db) {
    this.db = db;
  }

  /** A row of a query. */
  private record Line(List<String> values) {
    String get(int i) {
      return values.get(i);
    }

    int number(int i) {
      return Integer.parseInt(values.get(i));
    }
  }

  private List<Line> query(String sql) throws SQLException {
    List<Line> lines = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      int columns = found.getMetaData().getColumnCount();
      while (found.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          values.add(found.getString(i));
        }
        lines.add(new Line(values));
      }
    }
    return lines;
  }

  List<SchemaEntry> entries() throws SQLException {
    List<SchemaEntry> entries = new ArrayList<>();
    for (Line line :
        query("SELECT rowid, type, name, tbl_name, rootpage, sql FROM sqlite_schema")) {
      entries.add(
          new SchemaEntry(
              line.number(0), line.get(1), line.get(2), line.get(3), line.number(4), line.get(5)));
    }
    return entries;
  }

  /** Everything with a b-tree, by its name. */
  Map<String, String> described() throws SQLException {
    Map<String, String> all = new TreeMap<>();
    for (Line table :
        query(
            "SELECT s.name, l.wr, l.strict, s.rootpage FROM sqlite_schema s"
                + " JOIN pragma_table_list l ON l.name = s.name AND l.schema = 'main'"
                + " WHERE s.type = 'table' AND s.rootpage > 0")) {
      describe(table, all);
    }
    return all;
  }

  private void describe(Line table, Map<String, String> all) throws SQLException {
    String name = table.get(0);
    boolean withoutRowid = table.number(1) != 0;
    List<Line> columns =
        query("SELECT name, type, pk, hidden FROM pragma_table_xinfo(" + string(name) + ")");
    List<String> affinities = affinities(name);
    List<Integer> stored = new ArrayList<>();
    List<Line> indexes =
        query(
            "SELECT l.name, l.\"unique\", l.origin, l.partial, s.rootpage FROM pragma_index_list("
                + string(name)
                + ") l LEFT JOIN sqlite_schema s ON s.name = l.name AND s.type = 'index'");
    StringBuilder key = new StringBuilder();
    if (withoutRowid) {
      for (Line column : indexColumns(name)) {
        stored.add(column.number(0));
        if (column.number(3) != 0) {
          key.append(order(column));
        }
      }
    } else {
      for (int i = 0; i < columns.size(); i++) {
        if (columns.get(i).number(3) != VIRTUAL) {
          stored.add(i);
        }
      }
    }
    int alias = alias(withoutRowid, columns, indexes);
    StringBuilder text = new StringBuilder();
    text.append(table.get(3)).append(table.number(2) != 0 ? " strict" : "");
    text.append(" alias=").append(alias < 0 ? "-" : columns.get(alias).get(0));
    for (int column : stored) {
      text.append(" | ").append(columns.get(column).get(0));
      text.append(' ').append(affinities.get(column));
      text.append(columns.get(column).number(3) != 0 ? " generated" : "");
    }
    all.put("table " + name, text + (withoutRowid ? " key" + key : ""));
    for (Line index : indexes) {
      if (!(withoutRowid && index.get(2).equals("pk"))) {
        all.put("index " + index.get(0), describe(index, columns, stored, alias));
      }
    }
  }

  private static int alias(boolean withoutRowid, List<Line> columns, List<Line> indexes) {
    boolean indexed = withoutRowid;
    for (Line index : indexes) {
      indexed |= index.get(2).equals("pk");
    }
    for (int i = 0; i < columns.size() && !indexed; i++) {
      if (columns.get(i).number(2) > 0) {
        return i;
      }
    }
    return -1;
  }

  private String describe(Line index, List<Line> columns, List<Integer> stored, int alias)
      throws SQLException {
    StringBuilder text = new StringBuilder(String.valueOf(index.get(4)));
    text.append(index.number(1) != 0 ? " unique" : "");
    int keys = 0;
    for (Line column : indexColumns(index.get(0))) {
      int id = column.number(0);
      keys += column.number(3);
      boolean rowid = id == -1 || id == alias && alias >= 0;
      String name =
          rowid
              ? "ROWID"
              : id < 0 ? "expression" : columns.get(id).get(0) + '@' + stored.indexOf(id);
      text.append(" | ").append(name).append(order(column));
    }
    return text.append(" keys=").append(keys).toString();
  }

  private List<Line> indexColumns(String index) throws SQLException {
    return query("SELECT cid, desc, coll, key FROM pragma_index_xinfo(" + string(index) + ")");
  }

  private static String order(Line indexColumn) {
    String collation = indexColumn.get(2) == null ? "BINARY" : indexColumn.get(2);
    return ' ' + collation.toUpperCase(Locale.ROOT) + (indexColumn.number(1) != 0 ? "-" : "+");
  }

  /** In the order of the declaration: SQLite writes them down for a copy. */
  private List<String> affinities(String table) throws SQLException {
    try (Statement statement = db.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS temp.\"the affinities\"");
      statement.execute(
          "CREATE TEMP TABLE \"the affinities\" AS SELECT * FROM main." + name(table));
    }
    List<String> affinities = new ArrayList<>();
    for (Line column : query("SELECT type FROM pragma_table_xinfo('the affinities', 'temp')")) {
      affinities.add(
          switch (column.get(0)) {
            case "INT" -> "INTEGER";
            case "NUM" -> "NUMERIC";
            case "" -> "BLOB";
            default -> column.get(0);
          });
    }
    return affinities;
  }

  /** The same description of what we found. */
  static Map<String, String> described(Schema schema) {
    Map<String, String> all = new TreeMap<>();
    for (TableSchema table : schema.tables()) {
      StringBuilder text = new StringBuilder();
      text.append(table.root()).append(table.strict() ? " strict" : "");
      text.append(" alias=");
      text.append(table.rowidAlias() < 0 ? "-" : table.fields().get(table.rowidAlias()).name());
      for (ColumnSchema column : table.fields()) {
        text.append(" | ").append(column.name()).append(' ').append(column.affinity());
        text.append(column.generated() ? " generated" : "");
      }
      StringBuilder key = new StringBuilder(table.withoutRowid() ? " key" : "");
      for (int i = 0; table.withoutRowid() && i < table.key().size(); i++) {
        key.append(order(table.key().get(i)));
      }
      all.put(
          "table " + table.name(),
          table.undecided() != null ? "undecided: " + table.undecided() : text + "" + key);
      for (IndexSchema index : table.indexes()) {
        all.put("index " + index.name(), described(table, index));
      }
    }
    return all;
  }

  private static String described(TableSchema table, IndexSchema index) {
    if (index.undecided() != null) {
      return "undecided: " + index.undecided();
    }
    StringBuilder text = new StringBuilder();
    text.append(index.root()).append(index.unique() ? " unique" : "");
    for (int i = 0; i < index.fields().length; i++) {
      int field = index.fields()[i];
      text.append(" | ");
      text.append(
          field == IndexSchema.ROWID ? "ROWID" : table.fields().get(field).name() + '@' + field);
      text.append(order(index.order().get(i)));
    }
    return text.append(" keys=").append(index.keys()).toString();
  }

  private static String order(KeyOrder.Field field) {
    return " " + field.collation() + (field.descending() ? "-" : "+");
  }

  private static String string(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
