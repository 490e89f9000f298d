package dev.sqlguard.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.TextEncoding;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that are older than a column have the value that SQLite reads from them. */
class DefaultsTest {
  private static final List<String> DEFAULTS =
      List.of(
          "5",
          "-5",
          "+7",
          "0",
          "-0",
          "007",
          "3000000000",
          "0003000000000",
          "-9007199254740993",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1.5",
          "-1.5",
          "5.0",
          "5.50",
          "1e3",
          "1.0e20",
          "0.0",
          "-0.0",
          "1e400",
          "0.1",
          "123456789.123456789",
          "0x10",
          "1_000",
          "'text'",
          "''",
          "'5'",
          "'5.0'",
          "' 5 '",
          "'1e3'",
          "'0x10'",
          "'-7'",
          "'99999999999999999999'",
          "'5x'",
          "'it''s'",
          "'ä€'",
          "x''",
          "x'00ff'",
          "NULL",
          "TRUE",
          "false",
          "\"TRUE\"",
          "\"quoted\"",
          "[b r]",
          "word",
          "(5)",
          "(-5)",
          "(+5)",
          "('x')",
          "('5')",
          "(x'61')",
          "(NULL)",
          "(TRUE)",
          "(1.5)",
          "(- 5)",
          "-  5",
          "(1 + 2)",
          "(((5)))",
          "(5.0)",
          "+'x'",
          "-'5'");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "INT",
        "INTEGER",
        "REAL",
        "FLOAT",
        "TEXT",
        "VARCHAR(9)",
        "BLOB",
        "NUMERIC",
        "DATE",
        "ANY"
      })
  void rowsThatAreOlderThanAColumnHaveItsDefault(String type) throws SQLException {
    for (TextEncoding encoding : TextEncoding.values()) {
      check(type, false, encoding);
    }
    if (List.of("INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY").contains(type)) {
      check(type, true, TextEncoding.UTF_8);
    }
  }

  private static void check(String type, boolean strict, TextEncoding encoding)
      throws SQLException {
    int known = 0;
    try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA encoding = '" + encoding.pragma() + "'");
      for (String value : DEFAULTS) {
        statement.execute("DROP TABLE IF EXISTS t");
        statement.execute("CREATE TABLE t(a INT)" + (strict ? " STRICT" : ""));
        statement.execute("INSERT INTO t VALUES (1)");
        try {
          statement.execute("ALTER TABLE t ADD COLUMN d " + type + " DEFAULT " + value);
        } catch (SQLException e) {
          continue;
        }
        List<SchemaEntry> entries = new SqlitesView(db).entries();
        TableSchema table = Schema.of(entries, 4, encoding).tables().get(0);
        assertEquals(null, table.undecided(), value);
        SqlValue ours = table.fields().get(1).defaultValue();
        if (ours != null) {
          known++;
          assertEquals(theirs(statement), described(ours, encoding), type + " " + value);
        }
      }
    }
    assertTrue(known > (strict ? 4 : 30), known + " are known");
  }

  private static String theirs(Statement statement) throws SQLException {
    try (ResultSet found =
        statement.executeQuery("SELECT typeof(d), quote(d), hex(CAST(d AS BLOB)), d FROM t")) {
      found.next();
      String type = found.getString(1);
      return switch (type) {
        case "text", "blob" -> type + " " + found.getString(3);
        case "real" -> type + " " + found.getDouble(4);
        default -> type + " " + found.getString(2);
      };
    }
  }

  private static String described(SqlValue value, TextEncoding encoding) {
    if (value instanceof SqlValue.NullValue) {
      return "null NULL";
    }
    if (value instanceof SqlValue.IntegerValue integer) {
      return "integer " + integer.value();
    }
    if (value instanceof SqlValue.RealValue real) {
      return "real " + real.value();
    }
    return value instanceof SqlValue.TextValue text
        ? "text " + hex(text.bytes())
        : "blob " + hex(((SqlValue.BlobValue) value).bytes());
  }

  private static String hex(byte[] bytes) {
    StringBuilder hex = new StringBuilder();
    for (byte b : bytes) {
      hex.append(String.format("%02X", b));
    }
    return hex.toString();
  }
}
