package dev.sqlguard.salvage.bench;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The undamaged database as digests: read once, compared with many recovered ones. 16 bytes a row
 * and an index.
 */
public final class Original {
  /** Settings that a recovered database should have kept. */
  static final List<String> PRAGMAS =
      List.of("encoding", "page_size", "auto_vacuum", "user_version", "application_id");

  /** The rows of one table, numbered in the order in which SQLite gives them. */
  static final class Rows {
    private final TableShape shape;
    private final LongList values = new LongList();
    private final LongList keys = new LongList();
    private final DigestTable byDigest = new DigestTable(1024);

    private Rows(TableShape shape) {
      this.shape = shape;
    }

    TableShape shape() {
      return shape;
    }

    /** Of each row's values, the rowid left out. */
    LongList values() {
      return values;
    }

    LongList keys() {
      return keys;
    }

    /** Of each row as a whole. */
    DigestTable byDigest() {
      return byDigest;
    }

    int size() {
      return values.size();
    }

    private void add(RowDigests row) {
      byDigest.put(row.row(), values.size());
      values.add(row.values());
      keys.add(row.key());
    }
  }

  /** The digests of one row: of all, of its values without the rowid, of its key. */
  record RowDigests(long row, long values, long key) {
    static RowDigests of(RowCursor cursor, TableShape shape, TextForm texts) throws SQLException {
      long rowid = Digest.of(cursor, 0, texts);
      long[] columns = new long[shape.columns().size()];
      long values = columns.length;
      for (int i = 0; i < columns.length; i++) {
        columns[i] = Digest.of(cursor, i + 1, texts);
        values = Digest.append(values, columns[i]);
      }
      long key = rowid;
      if (shape.rowid() == null) {
        for (int column : shape.key()) {
          key = Digest.append(key, columns[column]);
        }
      }
      return new RowDigests(Digest.append(values, rowid), values, key);
    }
  }

  private final Path file;
  private final Map<String, Rows> tables = new TreeMap<>();
  private final Map<String, String> schema;
  private final Map<String, String> pragmas;
  private final Map<String, Long> searches = new TreeMap<>();
  private final String searchTerm;
  private final Charset charset;

  private Original(Path file, String searchTerm) throws SQLException {
    this.file = file;
    this.searchTerm = searchTerm;
    try (Connection db = RowCursor.open(file)) {
      schema = schema(db);
      pragmas = pragmas(db);
      charset = charset(pragmas);
      for (Map.Entry<String, String> object : schema.entrySet()) {
        String name = object.getKey().substring(object.getKey().indexOf(' ') + 1);
        if (isStoredTable(object)) {
          tables.put(name, read(db, TableShape.of(db, name)));
        } else if (isFullText(object.getValue())) {
          searches.put(name, search(db, name));
        }
      }
    }
  }

  /**
   * Reads all rows.
   *
   * @param searchTerm what full-text indexes are asked for
   */
  public static Original read(Path file, String searchTerm) throws SQLException {
    return new Original(file, searchTerm);
  }

  public long rows() {
    return tables.values().stream().mapToLong(Rows::size).sum();
  }

  Map<String, Rows> tables() {
    return tables;
  }

  Map<String, String> schema() {
    return schema;
  }

  Map<String, String> pragmas() {
    return pragmas;
  }

  /** How many hits the search term has in each full-text table. */
  Map<String, Long> searches() {
    return searches;
  }

  Charset charset() {
    return charset;
  }

  Connection open() throws SQLException {
    return RowCursor.open(file);
  }

  long search(Connection db, String table) throws SQLException {
    String quoted = TableShape.quoted(table);
    return Long.parseLong(
        TableShape.strings(
                db,
                "SELECT count(*) FROM %s WHERE %s MATCH %s"
                    .formatted(quoted, quoted, TableShape.literal(searchTerm)))
            .get(0));
  }

  /** SQL by type and name, in the manner of {@code table loans}. */
  static Map<String, String> schema(Connection db) throws SQLException {
    Map<String, String> schema = new LinkedHashMap<>();
    try (Statement statement = db.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT type || ' ' || name, sql FROM sqlite_schema"
                    + " WHERE name NOT LIKE 'sqlite_autoindex%'")) {
      while (rows.next()) {
        schema.put(rows.getString(1), rows.getString(2));
      }
    }
    return schema;
  }

  static Map<String, String> pragmas(Connection db) throws SQLException {
    Map<String, String> pragmas = new LinkedHashMap<>();
    for (String pragma : PRAGMAS) {
      pragmas.put(pragma, String.join("", TableShape.strings(db, "PRAGMA " + pragma)));
    }
    return pragmas;
  }

  static Charset charset(Map<String, String> pragmas) {
    return switch (pragmas.get("encoding")) {
      case "UTF-16le" -> StandardCharsets.UTF_16LE;
      case "UTF-16be" -> StandardCharsets.UTF_16BE;
      default -> StandardCharsets.UTF_8;
    };
  }

  private static boolean isStoredTable(Map.Entry<String, String> object) {
    return object.getKey().startsWith("table ")
        && !object.getValue().regionMatches(true, 0, "CREATE VIRTUAL", 0, 14);
  }

  private static boolean isFullText(String sql) {
    return sql != null && sql.toUpperCase(Locale.ROOT).contains("USING FTS");
  }

  private Rows read(Connection db, TableShape shape) throws SQLException {
    Rows rows = new Rows(shape);
    TextForm texts = TextForm.asStored(charset);
    try (RowCursor cursor = new RowCursor(db, shape.select())) {
      while (cursor.next()) {
        rows.add(RowDigests.of(cursor, shape, texts));
      }
    }
    return rows;
  }
}
