package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.TextEncoding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Rows of the columns a, b, c with values of all storage classes; trailing ones may be missing.
 * Texts are any bytes.
 */
final class RandomRows {
  static final String COLUMNS = "(a, b, c)";
  private static final int MOST_VALUES = 3;

  final List<Long> rowids = new ArrayList<>();
  final List<byte[]> records = new ArrayList<>();
  private final List<Object[]> values = new ArrayList<>();
  private final Random random;
  private final int textUnit;

  /** A text is an array of bytes in a record, to tell it from a blob. */
  private record Text(byte[] bytes) {}

  RandomRows(long seed, TextEncoding encoding) {
    this.random = new Random(seed);
    this.textUnit = encoding == TextEncoding.UTF_8 ? 1 : 2;
  }

  void add(long rowid, int largestValue) {
    Object[] row = new Object[1 + random.nextInt(MOST_VALUES)];
    for (int i = 0; i < row.length; i++) {
      row[i] = value(largestValue);
    }
    add(rowid, row);
  }

  void addBlob(long rowid, int size) {
    byte[] blob = new byte[size];
    random.nextBytes(blob);
    add(rowid, new Object[] {blob});
  }

  private void add(long rowid, Object[] row) {
    RecordBuilder builder = new RecordBuilder();
    for (Object value : row) {
      if (value == null) {
        builder.addNull();
      } else if (value instanceof Long number) {
        builder.addInteger(number);
      } else if (value instanceof Double number) {
        builder.addReal(number);
      } else if (value instanceof Text text) {
        builder.addText(text.bytes());
      } else {
        builder.addBlob((byte[]) value);
      }
    }
    rowids.add(rowid);
    values.add(row);
    records.add(builder.build());
  }

  private Object value(int largest) {
    byte[] bytes;
    switch (random.nextInt(5)) {
      case 0:
        return null;
      case 1:
        return random.nextLong() >> random.nextInt(64);
      case 2:
        return random.nextGaussian();
      case 3:
        bytes = new byte[random.nextInt(largest / textUnit + 1) * textUnit];
        random.nextBytes(bytes);
        return new Text(bytes);
      default:
        bytes = new byte[random.nextInt(largest + 1)];
        random.nextBytes(bytes);
        return bytes;
    }
  }

  void assertIn(Connection db, String table) throws SQLException {
    StringBuilder columns = new StringBuilder("rowid");
    for (String column : List.of("a", "b", "c")) {
      columns.append(", typeof(").append(column).append("), CASE typeof(").append(column);
      columns.append(") WHEN 'text' THEN CAST(").append(column).append(" AS BLOB) ELSE ");
      columns.append(column).append(" END");
    }
    try (Statement statement = db.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT " + columns + " FROM " + table + " ORDER BY rowid")) {
      for (int i = 0; i < rowids.size(); i++) {
        assertTrue(rows.next(), table + " has only " + i + " rows");
        assertEquals(rowids.get(i), rows.getLong(1), table);
        Object[] row = values.get(i);
        for (int field = 0; field < MOST_VALUES; field++) {
          assertValue(field < row.length ? row[field] : null, rows, 2 + 2 * field);
        }
      }
      assertFalse(rows.next(), table + " has more rows");
    }
  }

  private static void assertValue(Object value, ResultSet rows, int column) throws SQLException {
    String type = rows.getString(column);
    if (value == null) {
      assertEquals("null", type);
    } else if (value instanceof Long number) {
      assertEquals("integer", type);
      assertEquals(number, rows.getLong(column + 1));
    } else if (value instanceof Double number) {
      assertEquals("real", type);
      assertEquals(number, rows.getDouble(column + 1));
    } else {
      boolean text = value instanceof Text;
      assertEquals(text ? "text" : "blob", type);
      byte[] expected = text ? ((Text) value).bytes() : (byte[]) value;
      byte[] actual = rows.getBytes(column + 1);
      assertArrayEquals(expected, actual == null ? new byte[0] : actual);
    }
  }
}
