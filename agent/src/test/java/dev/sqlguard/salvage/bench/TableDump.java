package dev.sqlguard.salvage.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything in a small database, in a form that can be compared and read in a failed assertion.
 * Two rows are equal only if rowid, values, storage classes and bytes are: {@code [7] 1, 1.0, -0.0,
 * 'text', t'6100ff', x'00', NULL}; {@code t'…'} is a text with bytes other than printable ASCII.
 * Files beside the database are not looked at.
 *
 * @param tables sorted rows by table, those of virtual tables as their modules give them
 * @param shadows the tables that belong to a virtual table
 * @param schema SQL by type and name
 * @param pragmas encoding, page_size, auto_vacuum, user_version, application_id
 */
public record TableDump(
    Map<String, List<String>> tables,
    Set<String> shadows,
    Map<String, String> schema,
    Map<String, String> pragmas) {

  public static TableDump of(Path database) throws SQLException {
    try (Connection db = RowCursor.open(database)) {
      Map<String, List<String>> tables = new TreeMap<>();
      for (String table : tables(db, "IN ('table', 'shadow')")) {
        tables.put(table, rows(db, TableShape.of(db, table)));
      }
      for (String table : tables(db, "= 'virtual'")) {
        tables.put(table, rowsIfAny(db, table));
      }
      Set<String> shadows = new TreeSet<>(tables(db, "= 'shadow'"));
      return new TableDump(
          tables, shadows, new TreeMap<>(Original.schema(db)), Original.pragmas(db));
    }
  }

  /**
   * Without the shadow tables: an index that was rebuilt has the same content in other records, and
   * answers the same.
   */
  public Map<String, List<String>> contents() {
    Map<String, List<String>> contents = new TreeMap<>(tables);
    contents.keySet().removeAll(shadows);
    return contents;
  }

  private static List<String> tables(Connection db, String ofType) throws SQLException {
    return TableShape.strings(
        db,
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type "
            + ofType
            + " AND name NOT IN ('sqlite_schema', 'sqlite_temp_schema')");
  }

  /** A text index without content and without sizes can be asked, but not read. */
  private static List<String> rowsIfAny(Connection db, String virtualTable) {
    try {
      return rows(db, TableShape.of(db, virtualTable));
    } catch (SQLException e) {
      return List.of(e.getMessage());
    }
  }

  private static List<String> rows(Connection db, TableShape shape) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (RowCursor row = new RowCursor(db, shape.select())) {
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i < row.columns(); i++) {
          values.add(value(row, i));
        }
        String rowid = shape.rowid() == null ? "" : "[" + value(row, 0) + "] ";
        rows.add(rowid + String.join(", ", values));
      }
    }
    Collections.sort(rows);
    return rows;
  }

  private static String value(RowCursor row, int column) throws SQLException {
    return switch (row.type(column)) {
      case RowCursor.INTEGER -> Long.toString(row.integer(column));
      case RowCursor.REAL -> Double.toString(row.real(column));
      case RowCursor.TEXT -> text(row.bytes(column));
      case RowCursor.BLOB -> "x'" + HexFormat.of().formatHex(row.bytes(column)) + "'";
      default -> "NULL";
    };
  }

  private static String text(byte[] bytes) {
    for (byte b : bytes) {
      if (b < ' ' || b == 0x7f || b == '\'') {
        return "t'" + HexFormat.of().formatHex(bytes) + "'";
      }
    }
    return "'" + new String(bytes, StandardCharsets.US_ASCII) + "'";
  }
}
