package dev.sqlguard.verify;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
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
    for (String table : names(db)) {
      rows.put(table, single(db, "SELECT count(*) FROM " + quoted(table)));
    }
    return new Contents(rows);
  }

  /**
   * Counts what can still be read of each table, without its indexes: from the start until the
   * first error, and where there is one, from the end as well.
   */
  static Contents countReadable(Connection db) {
    SortedMap<String, Long> rows = new TreeMap<>();
    try {
      for (String table : names(db)) {
        rows.put(table, readable(db, table));
      }
    } catch (SQLException e) {
      // Without a schema no table is readable.
    }
    return new Contents(rows);
  }

  /** Whether {@code index} has more entries than its table has rows: the sign of lost rows. */
  static boolean hasEntriesWithoutRow(Connection db, String index) {
    try (var find =
        db.prepareStatement(
            "SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND name = ?")) {
      find.setString(1, index);
      String table;
      try (ResultSet found = find.executeQuery()) {
        if (!found.next()) {
          return false;
        }
        table = found.getString(1);
      }
      String from = "SELECT count(*) FROM " + quoted(table);
      return single(db, from + " INDEXED BY " + quoted(index)) > single(db, from + " NOT INDEXED");
    } catch (SQLException e) {
      // A partial index can't be counted this way, a broken one can't be counted at all.
      return false;
    }
  }

  /** The root pages of all indexes. */
  static List<Long> indexRoots(Connection db) {
    List<Long> roots = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery("SELECT rootpage FROM sqlite_master WHERE type = 'index'")) {
      while (found.next()) {
        roots.add(found.getLong(1));
      }
    } catch (SQLException e) {
      // Unknown roots are taken for tables, the worse case.
    }
    return roots;
  }

  private static List<String> names(Connection db) throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")) {
      while (found.next()) {
        String name = found.getString(1);
        if (!name.startsWith(INTERNAL)) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private static long readable(Connection db, String table) {
    String forward = "SELECT 1 FROM " + quoted(table) + " NOT INDEXED";
    long[] rows = {0};
    if (step(db, forward, rows)) {
      return rows[0];
    }
    step(db, forward + " ORDER BY rowid DESC", rows);
    return rows[0];
  }

  /** Adds the rows that come before an error; whether there was none. */
  private static boolean step(Connection db, String query, long[] rows) {
    try (Statement statement = db.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      while (found.next()) {
        rows[0]++;
      }
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private static long single(Connection db, String query) throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      found.next();
      return found.getLong(1);
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
