package dev.sqlguard.salvage;

import dev.sqlguard.schema.SqlText;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How large a file may become while SQLite fills what stands in its schema. An indexed expression
 * can make a megabyte of each row, and the content of a text index can be a view without end.
 */
public final class GrowthLimit {
  private static final int FULL = 13;
  private static final int TIMES = 3;
  private static final long MARGIN = 4 << 20;

  /** What index_xinfo says of a column that isn't one of the table's. */
  private static final int EXPRESSION = -2;

  /** What table_xinfo says of a generated column that isn't stored. */
  private static final int VIRTUAL_COLUMN = 2;

  /** An entry's header and rowid, and its part of what a page leaves free. */
  private static final int ENTRY = 16;

  private long pages;
  private final long most;
  private final long pageSize;

  private GrowthLimit(long pages, long most, long pageSize) {
    this.pages = pages;
    this.most = most;
    this.pageSize = pageSize;
  }

  /**
   * Sets it for a connection.
   *
   * @param original the size of what the file was made of, in bytes
   */
  public static GrowthLimit set(Connection db, long original) throws SQLException {
    try (Statement statement = db.createStatement()) {
      long pageSize = number(statement, "PRAGMA page_size");
      long pages = number(statement, "PRAGMA page_count");
      long most = TIMES * Math.max(pages, original / pageSize) + MARGIN / pageSize;
      number(statement, "PRAGMA max_page_count=" + Math.min(most, Integer.MAX_VALUE - 1));
      return new GrowthLimit(pages, most, pageSize);
    }
  }

  /** The room that is left is what the file has now. */
  void update(Statement statement) throws SQLException {
    pages = number(statement, "PRAGMA page_count");
  }

  /** Whether it is SQLITE_FULL: either this limit, or the disk. */
  public static boolean isFull(SQLException e) {
    return (e.getErrorCode() & Sqlite.PRIMARY_CODE) == FULL
        || e.getErrorCode() == 0 && String.valueOf(e.getMessage()).contains("[SQLITE_FULL]");
  }

  /** The same of the cause of {@code e}. */
  static boolean isFull(IOException e) {
    return e.getCause() instanceof SQLException cause && isFull(cause);
  }

  /** Whether all of the room is there on the disk. The file is worthless afterwards. */
  public boolean isOnTheDisk(Path file) {
    byte[] block = new byte[1 << 16];
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(bytes.length());
      while (bytes.length() < most * pageSize) {
        bytes.write(block);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether each entry may be of any size, whatever the rows are. */
  public static boolean isOfComputedValues(Connection db, String table, String index)
      throws SQLException {
    // No table-valued functions: old drivers have only the pragmas, or neither.
    try (Statement statement = db.createStatement()) {
      return any(statement, "index_xinfo", index, "cid", EXPRESSION)
          || any(statement, "table_xinfo", table, "hidden", VIRTUAL_COLUMN);
    }
  }

  /**
   * Whether the entries of an index need more than there is room for. Nothing is written, also not
   * to the temporary files of a sort.
   *
   * @param sql its definition, null where it belongs to a constraint
   */
  public boolean isExceededBy(Connection db, String table, String index, String sql)
      throws SQLException {
    return size(db, table, index, sql) > (most - pages) * pageSize;
  }

  /** Whether they come so close that it may be the limit that they have met. */
  boolean isNearlyExceededBy(Connection db, String table, String index, String sql)
      throws SQLException {
    return size(db, table, index, sql) > (most - pages) * pageSize / 2;
  }

  private static long size(Connection db, String table, String index, String sql)
      throws SQLException {
    List<String> terms = sql == null ? columns(db, index) : new SqlText(sql).terms();
    StringBuilder query = new StringBuilder("SELECT total(").append(ENTRY);
    for (String term : terms) {
      query.append(" + coalesce(length(CAST((").append(term).append(") AS BLOB)), 0)");
    }
    query.append(") FROM main.").append(Indexes.quoted(table)).append(" NOT INDEXED");
    Optional<String> condition = sql == null ? Optional.empty() : new SqlText(sql).condition();
    condition.ifPresent(text -> query.append(" WHERE (").append(text).append(')'));
    try (Statement statement = db.createStatement()) {
      return number(statement, query.toString());
    }
  }

  private static List<String> columns(Connection db, String index) throws SQLException {
    List<String> columns = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet found = statement.executeQuery(pragma("index_info", index))) {
      while (found.next()) {
        if (found.getString("name") != null) {
          columns.add(Indexes.quoted(found.getString("name")));
        }
      }
    }
    return columns;
  }

  private static boolean any(
      Statement statement, String pragma, String name, String column, int value)
      throws SQLException {
    try (ResultSet found = statement.executeQuery(pragma(pragma, name))) {
      while (found.next()) {
        if (found.getInt(column) == value) {
          return true;
        }
      }
      return false;
    }
  }

  private static String pragma(String name, String of) {
    return "PRAGMA main." + name + "(" + Indexes.quoted(of) + ")";
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet found = statement.executeQuery(query)) {
      return found.next() ? found.getLong(1) : 0;
    }
  }
}
