package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.RtreePaths;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * Builds an R-Tree anew from the cells of its leaves ("The SQLite R*Tree Module", section 4): a
 * node is a BLOB that starts with the depth of the tree, in the root only, and the number of its
 * cells; a cell is a rowid and two coordinates for each dimension, of four bytes each.
 */
final class RtreeRebuild {
  private static final int NODE_HEADER = 4;
  private static final int ROWID = 8;
  private static final int COORDINATE = 4;

  /** Of a node, in bytes. */
  private static final int LONGEST = 1 << 16;

  private static final String COLUMNS = "SELECT count(*) FROM pragma_table_info(?)";

  private final Connection db;
  private final SchemaRow table;
  private final boolean integers;

  RtreeRebuild(Connection db, SchemaRow table, boolean integers) {
    this.db = db;
    this.table = table;
    this.integers = integers;
  }

  /** Whether a walk through it meets many more nodes than there are. */
  boolean isEndless() throws SQLException {
    int coordinates = coordinates();
    String nodes = VirtualTables.shadow(table, "node");
    try (PreparedStatement find =
        db.prepareStatement("SELECT substr(data, 1, ?) FROM " + nodes + " WHERE nodeno = ?")) {
      find.setInt(1, LONGEST);
      long count = number("SELECT count(*) FROM " + nodes, null);
      return coordinates >= 2
          && RtreePaths.exceed(number -> node(find, number), coordinates, count);
    }
  }

  private static byte[] node(PreparedStatement find, long number) throws SQLException {
    find.setLong(2, number);
    try (ResultSet found = find.executeQuery()) {
      return found.next() ? found.getBytes(1) : null;
    }
  }

  private int coordinates() throws SQLException {
    return number(COLUMNS, table.name()) - 1 - auxiliary();
  }

  private int auxiliary() throws SQLException {
    return number(COLUMNS, table.name() + "_rowid") - 2;
  }

  /**
   * @param damaged names of tables that may have lost rows
   * @return how many rows the tree has now
   */
  long run(Set<String> damaged) throws SQLException {
    String twin = VirtualTables.twin(db, table);
    try {
      int auxiliary = auxiliary();
      int coordinates = coordinates();
      fill(twin, coordinates, auxiliary, true);
      // A row isn't installed without what else it had.
      if (auxiliary == 0 && damaged.contains(table.name() + "_rowid")) {
        fill(twin, coordinates, auxiliary, false);
      }
      long rows = number("SELECT count(*) FROM " + twin, null);
      try (Statement statement = db.createStatement()) {
        for (String suffix : new String[] {"node", "rowid", "parent"}) {
          String shadow = VirtualTables.shadow(table, suffix);
          String made = "temp." + Indexes.quoted(table.name() + "_" + suffix);
          statement.execute("DELETE FROM " + shadow);
          statement.execute("INSERT INTO " + shadow + " SELECT * FROM " + made);
        }
      }
      return rows;
    } finally {
      try (Statement statement = db.createStatement()) {
        statement.execute("DROP TABLE " + twin);
      }
    }
  }

  /**
   * Puts the cells of the leaves into {@code twin}.
   *
   * @param mapped whether only cells count that the table of rowids says are there; else the others
   *     count, of leaves that it knows
   */
  private void fill(String twin, int coordinates, int auxiliary, boolean mapped)
      throws SQLException {
    if (coordinates < 2) {
      throw new SQLException("an R-Tree without dimensions");
    }
    StringBuilder insert = new StringBuilder("INSERT OR IGNORE INTO " + twin + " VALUES(?");
    insert.append(", ?".repeat(coordinates + auxiliary)).append(')');
    String rowids = VirtualTables.shadow(table, "rowid");
    String leaves =
        "SELECT nodeno, data FROM "
            + VirtualTables.shadow(table, "node")
            + " WHERE nodeno IN (SELECT nodeno FROM "
            + rowids
            + ") AND nodeno NOT IN (SELECT parentnode FROM "
            + VirtualTables.shadow(table, "parent")
            + " WHERE parentnode IS NOT NULL)";
    try (Statement statement = db.createStatement();
        ResultSet nodes = statement.executeQuery(leaves);
        PreparedStatement known =
            db.prepareStatement("SELECT * FROM " + rowids + " WHERE rowid = ?");
        PreparedStatement row = db.prepareStatement(insert.toString())) {
      while (nodes.next()) {
        byte[] node = nodes.getBytes(2);
        int cells = node == null || node.length < NODE_HEADER ? 0 : BigEndian.u16(node, 2);
        int size = ROWID + COORDINATE * coordinates;
        for (int i = 0; i < cells && NODE_HEADER + (i + 1) * size <= node.length; i++) {
          int at = NODE_HEADER + i * size;
          long rowid = BigEndian.u32(node, at) << 32 | BigEndian.u32(node, at + 4);
          known.setLong(1, rowid);
          try (ResultSet found = known.executeQuery()) {
            boolean here = found.next() && found.getLong(2) == nodes.getLong(1);
            if (here == mapped && bind(row, node, at, coordinates)) {
              for (int a = 0; a < auxiliary; a++) {
                row.setObject(2 + coordinates + a, here ? found.getObject(3 + a) : null);
              }
              row.setLong(1, rowid);
              row.executeUpdate();
            }
          }
        }
      }
    }
  }

  /** False where a dimension ends before it begins. */
  private boolean bind(PreparedStatement row, byte[] node, int cell, int coordinates)
      throws SQLException {
    double last = 0;
    for (int i = 0; i < coordinates; i++) {
      int bits = (int) BigEndian.u32(node, cell + ROWID + COORDINATE * i);
      double value = integers ? bits : Float.intBitsToFloat(bits);
      if (Double.isNaN(value) || i % 2 == 1 && value < last) {
        return false;
      }
      row.setDouble(2 + i, value);
      last = value;
    }
    return true;
  }

  private int number(String query, String parameter) throws SQLException {
    try (PreparedStatement statement = db.prepareStatement(query)) {
      if (parameter != null) {
        statement.setString(1, parameter);
      }
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getInt(1) : 0;
      }
    }
  }
}
