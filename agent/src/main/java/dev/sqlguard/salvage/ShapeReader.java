package dev.sqlguard.salvage;

import dev.sqlguard.format.Collation;
import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.salvage.TableShape.Column;
import dev.sqlguard.salvage.TableShape.IndexShape;
import dev.sqlguard.schema.Affinity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What SQLite makes of a schema: the shapes of its tables' records. */
final class ShapeReader {
  private static final int VIRTUAL_COLUMN = 2;

  private final Connection db;
  private final Map<String, Long> roots = new HashMap<>();

  /**
   * @param schema with the root pages of the damaged image; {@code db} has others
   */
  ShapeReader(Connection db, List<SchemaRow> schema) {
    this.db = db;
    for (SchemaRow row : schema) {
      roots.put(row.key(), row.root());
    }
  }

  List<TableShape> read() throws SQLException {
    List<TableShape> shapes = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet tables =
            statement.executeQuery(
                Skeleton.TABLES
                    + "SELECT s.name, l.wr, l.strict FROM sqlite_schema s"
                    + " JOIN tables l ON l.name = s.name"
                    + " WHERE s.type = 'table' AND s.rootpage > 0 ORDER BY s.rowid")) {
      while (tables.next()) {
        shapes.add(shape(tables.getString(1), tables.getInt(2) != 0, tables.getInt(3) != 0));
      }
    }
    return shapes;
  }

  private record Raw(String name, String type, boolean notNull, String dflt, int pk, int hidden) {}

  private TableShape shape(String table, boolean withoutRowid, boolean strict) throws SQLException {
    List<Raw> columns = columns(table);
    List<IndexShape> indexes = new ArrayList<>();
    boolean indexedKey = false;
    List<Integer> storedIds = new ArrayList<>();
    List<KeyOrder.Field> key = null;
    List<String> keyColumns = new ArrayList<>();
    if (withoutRowid) {
      key = new ArrayList<>();
      for (IndexColumn each : indexColumns(table)) {
        storedIds.add(each.column());
        if (each.key()) {
          key.add(each.field());
          keyColumns.add(columns.get(each.column()).name());
        }
      }
    } else {
      for (int i = 0; i < columns.size(); i++) {
        if (columns.get(i).hidden() != VIRTUAL_COLUMN) {
          storedIds.add(i);
        }
      }
    }
    for (IndexName index : indexNames(table)) {
      indexedKey |= index.origin().equals("pk");
      if (!(withoutRowid && index.origin().equals("pk"))) {
        indexes.add(index(index, storedIds));
      }
    }
    List<Column> stored = new ArrayList<>();
    for (int id : storedIds) {
      Raw raw = columns.get(id);
      boolean notNull = raw.notNull() || withoutRowid && raw.pk() > 0;
      stored.add(new Column(raw.name(), raw.type(), affinity(raw, strict), notNull, raw.dflt()));
    }
    int alias = withoutRowid || indexedKey ? -1 : rowidAlias(columns, storedIds);
    if (alias >= 0) {
      keyColumns.add(stored.get(alias).name());
    }
    return new TableShape(
        table,
        roots.getOrDefault("table " + table, 0L),
        strict,
        List.copyOf(stored),
        alias,
        key,
        List.copyOf(keyColumns),
        List.copyOf(indexes));
  }

  private static Affinity affinity(Raw column, boolean strict) {
    return strict && "ANY".equalsIgnoreCase(column.type())
        ? Affinity.BLOB
        : Affinity.of(column.type());
  }

  /** The one column of an INTEGER PRIMARY KEY. */
  private static int rowidAlias(List<Raw> columns, List<Integer> storedIds) {
    int found = -1;
    for (int i = 0; i < storedIds.size(); i++) {
      Raw column = columns.get(storedIds.get(i));
      if (column.pk() > 0) {
        if (found >= 0 || !column.type().toUpperCase(Locale.ROOT).equals("INTEGER")) {
          return -1;
        }
        found = i;
      }
    }
    return found;
  }

  private List<Raw> columns(String table) throws SQLException {
    List<Raw> columns = new ArrayList<>();
    try (PreparedStatement query =
        db.prepareStatement(
            "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?)")) {
      query.setString(1, table);
      try (ResultSet found = query.executeQuery()) {
        while (found.next()) {
          columns.add(
              new Raw(
                  found.getString(1),
                  found.getString(2) == null ? "" : found.getString(2),
                  found.getInt(3) != 0,
                  found.getString(4),
                  found.getInt(5),
                  found.getInt(6)));
        }
      }
    }
    return columns;
  }

  private record IndexName(String name, boolean unique, String origin, boolean partial) {}

  private List<IndexName> indexNames(String table) throws SQLException {
    List<IndexName> names = new ArrayList<>();
    try (PreparedStatement query =
        db.prepareStatement("SELECT name, \"unique\", origin, partial FROM pragma_index_list(?)")) {
      query.setString(1, table);
      try (ResultSet found = query.executeQuery()) {
        while (found.next()) {
          names.add(
              new IndexName(
                  found.getString(1),
                  found.getInt(2) != 0,
                  found.getString(3),
                  found.getInt(4) != 0));
        }
      }
    }
    return names;
  }

  /**
   * @param field null where the collation is an application's
   */
  private record IndexColumn(int column, boolean key, KeyOrder.Field field) {}

  private List<IndexColumn> indexColumns(String index) throws SQLException {
    List<IndexColumn> columns = new ArrayList<>();
    try (PreparedStatement query =
        db.prepareStatement("SELECT cid, desc, coll, key FROM pragma_index_xinfo(?)")) {
      query.setString(1, index);
      try (ResultSet found = query.executeQuery()) {
        while (found.next()) {
          String name = found.getString(3);
          Optional<Collation> collation = Collation.named(name == null ? "BINARY" : name);
          boolean descending = found.getInt(2) != 0;
          columns.add(
              new IndexColumn(
                  found.getInt(1),
                  found.getInt(4) != 0,
                  collation.map(c -> new KeyOrder.Field(c, descending)).orElse(null)));
        }
      }
    }
    return columns;
  }

  private IndexShape index(IndexName name, List<Integer> storedIds) throws SQLException {
    List<IndexColumn> columns = indexColumns(name.name());
    int[] fields = new int[columns.size()];
    List<KeyOrder.Field> order = new ArrayList<>();
    boolean ordered = true;
    int keys = 0;
    for (int i = 0; i < fields.length; i++) {
      int column = columns.get(i).column();
      int stored = storedIds.indexOf(column);
      fields[i] = column >= 0 && stored >= 0 ? stored : column == -1 ? -1 : IndexShape.EXPRESSION;
      ordered &= columns.get(i).field() != null;
      keys += columns.get(i).key() ? 1 : 0;
      order.add(columns.get(i).field());
    }
    return new IndexShape(
        name.name(),
        roots.getOrDefault("index " + name.name(), 0L),
        name.unique(),
        name.partial(),
        fields,
        keys,
        ordered ? List.copyOf(order) : null);
  }
}
