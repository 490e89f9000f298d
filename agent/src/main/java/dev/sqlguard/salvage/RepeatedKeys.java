package dev.sqlguard.salvage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which rows keep a UNIQUE index from being filled. */
final class RepeatedKeys {
  private RepeatedKeys() {}

  /**
   * The rows that have the same key as an earlier one, counted from 0 in the order of the table's
   * tree. The index itself isn't looked at.
   *
   * @return empty where the index is partial or has an expression
   */
  static BitSet find(Connection db, SchemaRow index) throws SQLException {
    List<String> partition = new ArrayList<>();
    List<String> values = new ArrayList<>();
    List<String> present = new ArrayList<>();
    try (PreparedStatement query =
        db.prepareStatement(
            "SELECT x.name, x.coll FROM pragma_index_list(?) l JOIN pragma_index_xinfo(l.name) x"
                + " WHERE l.name = ? AND NOT l.partial AND x.key")) {
      query.setString(1, index.table());
      query.setString(2, index.name());
      try (ResultSet columns = query.executeQuery()) {
        while (columns.next()) {
          if (columns.getString(1) == null) {
            return new BitSet();
          }
          String value = "k" + values.size();
          values.add(Indexes.quoted(columns.getString(1)) + " AS " + value);
          partition.add(value + " COLLATE " + Indexes.quoted(columns.getString(2)));
          present.add(value + " IS NOT NULL");
        }
      }
    }
    BitSet repeated = new BitSet();
    if (values.isEmpty()) {
      return repeated;
    }
    String numbered =
        "SELECT row_number() OVER () - 1 AS n, "
            + String.join(", ", values)
            + " FROM "
            + Indexes.quoted(index.table())
            + " NOT INDEXED";
    String counted =
        "SELECT n, row_number() OVER (PARTITION BY "
            + String.join(", ", partition)
            + " ORDER BY n) AS nth FROM ("
            + numbered
            + ") WHERE "
            + String.join(" AND ", present);
    try (Statement statement = db.createStatement();
        ResultSet rows = statement.executeQuery("SELECT n FROM (" + counted + ") WHERE nth > 1")) {
      while (rows.next()) {
        repeated.set(rows.getInt(1));
      }
    }
    return repeated;
  }
}
