package dev.sqlguard.salvage.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What has to be known of a table for reading and comparing its rows.
 *
 * @param rowid the name by which its rowid can be read; null in a WITHOUT ROWID table
 * @param columns all that {@code SELECT} can name, generated ones included
 * @param key positions in {@code columns} of the primary key
 * @param alias the position of the column that is the rowid; -1 where none is
 * @param stored positions in {@code columns} of what the record holds, in its order
 * @param defaults of the columns, as SQL; null where there is none
 */
record TableShape(
    String name,
    String rowid,
    List<String> columns,
    List<Integer> key,
    int alias,
    List<Integer> stored,
    List<String> defaults) {
  private static final int HIDDEN = 1;
  private static final int VIRTUAL = 2;

  private record Column(
      int position, String name, String type, String byDefault, int key, int kind) {}

  static TableShape of(Connection db, String table) throws SQLException {
    List<Column> all = columnsOf(db, table);
    List<Column> visible = all.stream().filter(c -> c.kind() != HIDDEN).toList();
    List<String> names = visible.stream().map(Column::name).toList();
    String rowid = rowidName(db, table, names);
    List<Column> key =
        visible.stream().filter(c -> c.key() > 0).sorted((a, b) -> a.key() - b.key()).toList();
    int alias = -1;
    if (rowid != null
        && key.size() == 1
        && key.get(0).type().equalsIgnoreCase("INTEGER")
        && strings(
                db, "SELECT 1 FROM pragma_index_list(" + literal(table) + ") WHERE origin = 'pk'")
            .isEmpty()) {
      alias = visible.indexOf(key.get(0));
    }
    List<Integer> stored = new ArrayList<>();
    if (rowid != null) {
      visible.stream().filter(c -> c.kind() != VIRTUAL).map(visible::indexOf).forEach(stored::add);
    } else {
      String inRecordOrder =
          "SELECT cid FROM pragma_index_xinfo(" + literal(table) + ") ORDER BY seqno";
      for (String position : strings(db, inRecordOrder)) {
        all.stream()
            .filter(c -> c.position() == Integer.parseInt(position))
            .map(visible::indexOf)
            .forEach(stored::add);
      }
    }
    List<String> defaults = new ArrayList<>();
    visible.forEach(c -> defaults.add(c.byDefault()));
    return new TableShape(
        table, rowid, names, key.stream().map(visible::indexOf).toList(), alias, stored, defaults);
  }

  /** Rowid (NULL where there is none), then all columns. */
  String select() {
    StringBuilder query = new StringBuilder("SELECT ").append(rowid == null ? "NULL" : rowid);
    for (String column : columns) {
      query.append(", ").append(quoted(column));
    }
    return query.append(" FROM ").append(quoted(name)).toString();
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  static List<String> strings(Connection db, String query) throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  private static List<Column> columnsOf(Connection db, String table) throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA table_xinfo(" + literal(table) + ")")) {
      List<Column> columns = new ArrayList<>();
      while (rows.next()) {
        columns.add(
            new Column(
                rows.getInt("cid"),
                rows.getString("name"),
                rows.getString("type"),
                rows.getString("dflt_value"),
                rows.getInt("pk"),
                rows.getInt("hidden")));
      }
      return columns;
    }
  }

  private static String rowidName(Connection db, String table, List<String> columns) {
    for (String name : List.of("_rowid_", "rowid", "oid")) {
      if (columns.stream().noneMatch(name::equalsIgnoreCase)) {
        try {
          strings(db, "SELECT " + name + " FROM " + quoted(table) + " LIMIT 0");
          return name;
        } catch (SQLException e) {
          return null;
        }
      }
    }
    return null;
  }
}
