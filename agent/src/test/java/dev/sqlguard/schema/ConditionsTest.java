package dev.sqlguard.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.TextEncoding;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows for which a partial index has entries are those that SQLite finds by its condition. */
class ConditionsTest {
  private static final int A_FEW = 400;
  private static final int CONDITIONS = A_FEW * Integer.getInteger("sqlguard.schema.rounds", 1);
  private static final int ROWS = 150;

  /** A row by the places of its values in the record. */
  private record Stored(long rowid, SqlValue... values) implements Row {
    @Override
    public SqlValue value(int field) {
      return field == IndexSchema.ROWID ? new SqlValue.IntegerValue(rowid) : values[field];
    }
  }

  @ParameterizedTest
  @EnumSource(TextEncoding.class)
  void conditionsHoldForTheRowsThatSqliteFinds(TextEncoding encoding) throws SQLException {
    RandomConditions conditions = new RandomConditions(encoding.code());
    int decided = 0;
    int asked = 0;
    try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA encoding = '" + encoding.pragma() + "'");
      statement.execute(RandomConditions.TABLE);
      for (int i = 0; i < ROWS; i++) {
        statement.execute(conditions.row());
      }
      List<Stored> rows = rows(statement, encoding);
      for (int i = 0; i < CONDITIONS; i++) {
        String condition = conditions.condition(3);
        TreeSet<Long> theirs;
        try {
          theirs = found(statement, condition);
        } catch (SQLException e) {
          throw new AssertionError(condition, e);
        }
        IndexSchema index = index(condition, encoding);
        asked++;
        if (index.undecided() == null) {
          decided++;
          TreeSet<Long> ours = new TreeSet<>();
          for (Stored row : rows) {
            if (index.condition().holds(row)) {
              ours.add(row.rowid());
            }
          }
          assertEquals(theirs, ours, condition);
        }
      }
    }
    assertTrue(decided > asked * 0.8, decided + " of " + asked + " are decided");
  }

  private static IndexSchema index(String condition, TextEncoding encoding) {
    String sql = "CREATE INDEX i ON t(i) WHERE " + condition;
    List<SchemaEntry> entries =
        List.of(
            new SchemaEntry(1, "table", "t", "t", 2, RandomConditions.TABLE),
            new SchemaEntry(2, "index", "i", "t", 3, sql));
    return Schema.of(entries, 4, encoding).tables().get(0).indexes().get(0);
  }

  /** By an index of its own, as it is built. */
  private static TreeSet<Long> found(Statement statement, String condition) throws SQLException {
    TreeSet<Long> rowids = new TreeSet<>();
    try (ResultSet found = statement.executeQuery("SELECT id FROM t WHERE " + condition)) {
      while (found.next()) {
        rowids.add(found.getLong(1));
      }
    }
    return rowids;
  }

  private static List<Stored> rows(Statement statement, TextEncoding encoding) throws SQLException {
    List<String> columns = List.of("i", "n", "r", "x", "b", "\"s c\"", "e", "h", "word");
    StringBuilder query = new StringBuilder("SELECT id");
    for (String column : columns) {
      query.append(", typeof(").append(column).append("), ").append(column);
      query.append(", CAST(").append(column).append(" AS BLOB)");
    }
    List<Stored> rows = new ArrayList<>();
    try (ResultSet found = statement.executeQuery(query + " FROM t")) {
      while (found.next()) {
        List<SqlValue> values = new ArrayList<>(List.of(new SqlValue.NullValue()));
        for (int i = 0; i < columns.size(); i++) {
          values.add(value(found, 2 + 3 * i));
        }
        rows.add(new Stored(found.getLong(1), values.toArray(new SqlValue[0])));
      }
    }
    return rows;
  }

  private static SqlValue value(ResultSet found, int column) throws SQLException {
    return switch (found.getString(column)) {
      case "null" -> new SqlValue.NullValue();
      case "integer" -> new SqlValue.IntegerValue(found.getLong(column + 1));
      case "real" -> new SqlValue.RealValue(found.getDouble(column + 1));
      case "text" -> new SqlValue.TextValue(bytes(found, column + 2));
      default -> new SqlValue.BlobValue(bytes(found, column + 2));
    };
  }

  private static byte[] bytes(ResultSet found, int column) throws SQLException {
    byte[] bytes = found.getBytes(column);
    return bytes == null ? new byte[0] : bytes;
  }
}
