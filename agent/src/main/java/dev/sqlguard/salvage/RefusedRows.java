package dev.sqlguard.salvage;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which rows of a table SQLite wouldn't let in. */
final class RefusedRows {
  private static final int PLAIN_COLUMN = 0;
  private static final List<String> ROWID_NAMES = List.of("rowid", "_rowid_", "oid");

  private final Connection db;
  private final String table;
  private final List<String> columns = new ArrayList<>();
  private final List<String> key = new ArrayList<>();

  /**
   * @param db a database that has the table
   */
  RefusedRows(Connection db, TableShape shape) throws SQLException {
    this.db = db;
    this.table = Indexes.quoted(shape.name());
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    try (PreparedStatement query =
        db.prepareStatement("SELECT name, hidden FROM pragma_table_xinfo(?, 'main')")) {
      query.setString(1, shape.name());
      try (ResultSet found = query.executeQuery()) {
        while (found.next()) {
          names.add(found.getString(1));
          if (found.getInt(2) == PLAIN_COLUMN) {
            columns.add(Indexes.quoted(found.getString(1)));
          }
        }
      }
    }
    if (shape.hasStableKey()) {
      shape.keyColumns().forEach(column -> key.add(Indexes.quoted(column)));
    } else {
      String rowid = rowidName(names);
      key.add(rowid);
      columns.add(rowid);
    }
  }

  private static String rowidName(Set<String> columns) throws SQLException {
    for (String name : ROWID_NAMES) {
      if (!columns.contains(name)) {
        return name;
      }
    }
    throw new SQLException("its columns have all names that a rowid has");
  }

  /** Whether a constraint is broken at all, for which every row is looked at once. */
  boolean any() throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet found = statement.executeQuery("PRAGMA main.quick_check(" + table + ")")) {
      return found.next() && !"ok".equals(found.getString(1));
    }
  }

  /**
   * The rows that an empty table of the same definition doesn't take, counted from 0 in the order
   * of the tree.
   *
   * @param empty a database that has that table, and is of no further use
   */
  BitSet find(Path empty) throws SQLException {
    try (PreparedStatement attach = db.prepareStatement("ATTACH ? AS taken")) {
      attach.setString(1, empty.toString());
      attach.execute();
    }
    BitSet refused = new BitSet();
    try (Statement statement = db.createStatement()) {
      statement.execute("PRAGMA taken.journal_mode = OFF");
      statement.execute("PRAGMA taken.synchronous = OFF");
      // Each column by its name: a SELECT of * may copy whole records and ask no constraint.
      String all = String.join(", ", columns);
      statement.execute(
          String.format(
              "INSERT OR IGNORE INTO taken.%s(%s) SELECT %s FROM main.%s NOT INDEXED",
              table, all, all, table));
      try (ResultSet missing = statement.executeQuery(missing())) {
        while (missing.next()) {
          refused.set(missing.getInt(1));
        }
      }
    }
    return refused;
  }

  private String missing() {
    List<String> values = new ArrayList<>();
    List<String> same = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      values.add(key.get(i) + " AS k" + i);
      same.add("t." + key.get(i) + " = g.k" + i);
      // Two keys may be the same to the column and not to the key.
      same.add("t." + key.get(i) + " = g.k" + i + " COLLATE BINARY");
    }
    return String.format(
        "SELECT n FROM (SELECT row_number() OVER () - 1 AS n, %s FROM main.%s NOT INDEXED) AS g"
            + " WHERE NOT EXISTS (SELECT 1 FROM taken.%s AS t WHERE %s)",
        String.join(", ", values), table, table, String.join(" AND ", same));
  }
}
