package dev.sqlguard.verify;

import dev.sqlguard.format.RtreePaths;
import dev.sqlguard.schema.SqlText;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** R-Trees whose nodes share children in such a way that SQLite's check wouldn't come to an end. */
final class EndlessRtrees {
  /** Of a node, in bytes. */
  private static final int LONGEST = 1 << 16;

  private EndlessRtrees() {}

  /**
   * What is wrong with each of them: its cells name many more nodes than there are. Nothing where
   * the b-trees that they stand in have no end either.
   *
   * @param image the file that {@code db} has open, private to this process
   */
  static List<Finding> of(Connection db, Path image) throws SQLException {
    List<String> names = names(db);
    if (names.isEmpty() || EndlessWalks.arePossible(db, image)) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    for (String table : names) {
      if (isEndless(db, table)) {
        findings.add(
            Finding.ofRows(
                "In RTree main." + table + ": its nodes name more nodes than there are"));
      }
    }
    return findings;
  }

  private static List<String> names(Connection db) throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage = 0")) {
      while (found.next()) {
        String sql = found.getString(2);
        String module = sql == null ? "" : new SqlText(sql).module().orElse("");
        if (module.equals("rtree") || module.equals("rtree_i32")) {
          names.add(found.getString(1));
        }
      }
    } catch (SQLException e) {
      // The check will say why.
      SqliteEngine.requireTime(db);
    }
    return names;
  }

  /** False where it isn't what it should be: SQLite says so. */
  private static boolean isEndless(Connection db, String table) throws SQLException {
    String nodes = "main." + Tables.quoted(table + "_node");
    try (Statement statement = db.createStatement();
        PreparedStatement find =
            db.prepareStatement(
                "SELECT substr(data, 1, " + LONGEST + ") FROM " + nodes + " WHERE nodeno = ?")) {
      int auxiliary = columns(statement, table + "_rowid") - 2;
      int coordinates = columns(statement, table) - 1 - auxiliary;
      long count = 0;
      try (ResultSet found = statement.executeQuery("SELECT count(*) FROM " + nodes)) {
        count = found.next() ? found.getLong(1) : 0;
      }
      return coordinates > 0
          && RtreePaths.exceed(number -> content(find, number), coordinates, count);
    } catch (SQLException e) {
      SqliteEngine.requireTime(db);
      return false;
    }
  }

  private static int columns(Statement statement, String table) throws SQLException {
    int columns = 0;
    try (ResultSet found =
        statement.executeQuery("PRAGMA main.table_info(" + Tables.quoted(table) + ")")) {
      while (found.next()) {
        columns++;
      }
    }
    return columns;
  }

  private static byte[] content(PreparedStatement find, long number) throws SQLException {
    find.setLong(1, number);
    try (ResultSet found = find.executeQuery()) {
      return found.next() ? found.getBytes(1) : null;
    }
  }
}
