package dev.sqlguard.verify;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The tables of an open database that have a b-tree, and their rows. */
public final class Tables {
  /** Statistics and counters: SQLite's own, derived from the rest. */
  private static final String INTERNAL = "sqlite_";

  /**
   * Shadow tables of FTS3, FTS4, FTS5 and R-Tree whose number of rows depends on merges and splits,
   * not on what the application stored.
   */
  private static final List<String> DERIVED_BY_VIRTUAL_TABLES =
      List.of(
          "_segments",
          "_segdir",
          "_stat",
          "_docsize",
          "_data",
          "_idx",
          "_config",
          "_node",
          "_parent");

  private Tables() {}

  /** Counts every table. A count is answered from the smallest b-tree that has all rows. */
  public static Contents count(Connection db) throws SQLException {
    SortedMap<String, Long> rows = new TreeMap<>();
    for (String table : names(db)) {
      rows.put(table, single(db, "SELECT count(*) FROM " + quoted(table)));
    }
    return new Contents(rows);
  }

  /** Whether {@code index} has entries whose row is gone: the sign of lost rows. */
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
      return entriesWithoutRow(db, quoted(table), quoted(index));
    } catch (SQLException e) {
      // A partial index can't be counted this way, a broken one can't be counted at all.
      return false;
    }
  }

  /**
   * By rowid; in a table without rowids by their number. Not {@code count(*)}, for which SQLite
   * takes whichever tree is the smallest.
   */
  private static boolean entriesWithoutRow(Connection db, String table, String index)
      throws SQLException {
    String from = " FROM " + table;
    try (Statement statement = db.createStatement();
        ResultSet orphans =
            statement.executeQuery(
                "SELECT 1 FROM (SELECT rowid"
                    + from
                    + " INDEXED BY "
                    + index
                    + " EXCEPT SELECT rowid"
                    + from
                    + " NOT INDEXED) LIMIT 1")) {
      return orphans.next();
    } catch (SQLException e) {
      return single(db, "SELECT sum(1)" + from + " INDEXED BY " + index)
          > single(db, "SELECT sum(1)" + from + " NOT INDEXED");
    }
  }

  /** Tables with rows of the application; what SQLite or a virtual table derives is left out. */
  static List<String> names(Connection db) throws SQLException {
    List<String> names = new ArrayList<>();
    Set<String> derived = new HashSet<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT name, rootpage FROM sqlite_master WHERE type = 'table'")) {
      while (found.next()) {
        String name = found.getString(1);
        if (found.getLong(2) > 0) {
          names.add(name);
        } else {
          for (String suffix : DERIVED_BY_VIRTUAL_TABLES) {
            derived.add(name + suffix);
          }
        }
      }
    }
    names.removeIf(name -> name.startsWith(INTERNAL) || derived.contains(name));
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
