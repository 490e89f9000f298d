package dev.sqlguard.verify;

import dev.sqlguard.schema.SqlText;
import dev.sqlguard.schema.VirtualTableSchema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The tables of an open database that have a b-tree, and their rows. */
public final class Tables {
  /** Statistics and counters: SQLite's own, derived from the rest. */
  private static final String INTERNAL = "sqlite_";

  private Tables() {}

  /** Counts every table. A count is answered from the smallest b-tree that has all rows. */
  public static Contents count(Connection db) throws SQLException {
    SortedMap<String, Long> rows = new TreeMap<>();
    for (Table table : of(db)) {
      rows.put(table.name(), single(db, "SELECT count(*) FROM " + quoted(table.name())));
    }
    return new Contents(rows);
  }

  /** Tables with rows of the application; what SQLite or a virtual table derives is left out. */
  static List<Table> of(Connection db) throws SQLException {
    List<Table> tables = new ArrayList<>();
    List<String> virtual = new ArrayList<>();
    Set<String> names = new HashSet<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT name, rootpage, sql FROM sqlite_master WHERE type = 'table'")) {
      while (found.next()) {
        String name = found.getString(1);
        if (found.getLong(2) > 0) {
          tables.add(new Table(name, found.getLong(2)));
          names.add(SqlText.lowerCase(name));
        } else {
          virtual.add(name);
          virtual.add(found.getString(3));
        }
      }
    }
    Set<String> derived = new HashSet<>();
    for (int i = 0; i < virtual.size(); i += 2) {
      String sql = virtual.get(i + 1);
      String module = sql == null ? "" : new SqlText(sql).module().orElse("");
      addDerived(virtual.get(i), module, names, derived);
    }
    List<Table> ofTheApplication = new ArrayList<>();
    for (Table table : tables) {
      if (isOfTheApplication(table.name(), derived)) {
        ofTheApplication.add(table);
      }
    }
    return ofTheApplication;
  }

  /**
   * The same from what a scan has counted.
   *
   * @param rows of each table with a b-tree
   */
  static Contents count(SortedMap<String, Long> rows, List<VirtualTableSchema> virtual) {
    Set<String> names = new HashSet<>();
    for (String name : rows.keySet()) {
      names.add(SqlText.lowerCase(name));
    }
    Set<String> derived = new HashSet<>();
    for (VirtualTableSchema table : virtual) {
      addDerived(table.name(), table.module(), names, derived);
    }
    SortedMap<String, Long> counted = new TreeMap<>();
    for (Map.Entry<String, Long> table : rows.entrySet()) {
      if (isOfTheApplication(table.getKey(), derived)) {
        counted.put(table.getKey(), table.getValue());
      }
    }
    return new Contents(counted);
  }

  private static boolean isOfTheApplication(String table, Set<String> derived) {
    String name = SqlText.lowerCase(table);
    return !name.startsWith(INTERNAL) && !derived.contains(name);
  }

  /**
   * Adds the shadow tables whose number of rows depends on merges and splits, not on what the
   * application stored.
   */
  private static void addDerived(
      String name, String module, Set<String> tables, Set<String> derived) {
    String shadow = SqlText.lowerCase(name);
    List<String> suffixes =
        switch (module) {
          case "fts3", "fts4" -> List.of("_segments", "_segdir", "_stat");
          case "fts5" -> List.of("_data", "_idx", "_config");
          case "rtree", "rtree_i32", "geopoly" -> List.of("_node", "_parent");
          default -> List.of();
        };
    for (String suffix : suffixes) {
      derived.add(shadow + suffix);
    }
    // Without a table of contents the sizes of documents are all that tells how many there are.
    if (module.startsWith("fts") && tables.contains(shadow + "_content")) {
      derived.add(shadow + "_docsize");
    }
  }

  /**
   * The full-text tables over content that the application keeps elsewhere. It writes both one by
   * one: that they differ is no damage.
   */
  static Set<String> withContentElsewhere(Connection db) throws SQLException {
    Set<String> names = new HashSet<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage = 0")) {
      while (found.next()) {
        String sql = found.getString(2);
        if (sql != null && new SqlText(sql).hasArgument("content")) {
          names.add(found.getString(1));
        }
      }
    }
    return names;
  }

  private static long single(Connection db, String query) throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      found.next();
      return found.getLong(1);
    }
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
