package dev.sqlguard.verify;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.TreeCells;
import dev.sqlguard.schema.SqlText;
import dev.sqlguard.store.FileBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an index knows of its table. */
final class IndexEntries {
  private static final List<String> NAMES_OF_THE_ROWID = List.of("rowid", "_rowid_", "oid");

  private final Connection db;
  private final Path image;
  private final String index;
  private final String table;
  private final String sql;
  private final long indexRoot;

  private IndexEntries(
      Connection db, Path image, String index, String table, String sql, long indexRoot) {
    this.db = db;
    this.image = image;
    this.index = index;
    this.table = table;
    this.sql = sql;
    this.indexRoot = indexRoot;
  }

  /**
   * Whether {@code index} has entries whose row is gone: the sign of lost rows. False where it
   * can't be told.
   *
   * @param image the file that {@code db} has open, private to this process
   */
  static boolean withoutRow(Connection db, Path image, String index) {
    try (var find =
        db.prepareStatement(
            "SELECT tbl_name, sql, rootpage FROM sqlite_master"
                + " WHERE type = 'index' AND name = ?")) {
      find.setString(1, index);
      String table;
      String sql;
      long root;
      try (ResultSet found = find.executeQuery()) {
        if (!found.next()) {
          return false;
        }
        table = found.getString(1);
        sql = found.getString(2);
        root = found.getLong(3);
      }
      return new IndexEntries(db, image, index, table, sql == null ? "" : sql, root).withoutRow();
    } catch (SQLException | IOException e) {
      return false;
    }
  }

  private boolean withoutRow() throws SQLException, IOException {
    Optional<String> rowid = nameOfTheRowid();
    if (rowid.isPresent()) {
      // Old versions take an index that serves nothing but the order; newer ones any index.
      for (String order : List.of("", orderOfTheIndex())) {
        try {
          return anyEntryWithoutRow(rowid.get(), order);
        } catch (SQLException e) {
          // Refused; or an entry's row was looked for in vain for the sake of another column.
        }
      }
    }
    return moreThanRows();
  }

  /** Looks every entry's row up in the table's own b-tree. */
  private boolean anyEntryWithoutRow(String rowid, String order) throws SQLException {
    String outer = Tables.quoted(table);
    String inner = Tables.quoted(table + "'");
    // Without its own condition a partial index is refused.
    Optional<String> condition = new SqlText(sql).condition();
    String query =
        "SELECT 1 FROM "
            + (outer + " INDEXED BY " + Tables.quoted(index))
            + " WHERE NOT EXISTS (SELECT 1 FROM "
            + (outer + " AS " + inner + " NOT INDEXED WHERE ")
            + (inner + "." + rowid + " = " + outer + "." + rowid + ")")
            + (condition.isPresent() ? " AND (" + condition.get() + ")" : "")
            + order
            + " LIMIT 1";
    try (Statement statement = db.createStatement();
        ResultSet orphan = statement.executeQuery(query)) {
      return orphan.next();
    }
  }

  private String orderOfTheIndex() throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet columns =
            statement.executeQuery("PRAGMA index_info(" + Tables.quoted(index) + ")")) {
      String first = columns.next() ? columns.getString(3) : null;
      return first == null ? "" : " ORDER BY " + Tables.quoted(first);
    }
  }

  /** More entries than rows: then some have none, whatever the index is made of. */
  private boolean moreThanRows() throws SQLException, IOException {
    long tableRoot = 0;
    try (var find =
        db.prepareStatement(
            "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?")) {
      find.setString(1, table);
      try (ResultSet found = find.executeQuery()) {
        tableRoot = found.next() ? found.getLong(1) : 0;
      }
    }
    try (FileBytes bytes = new FileBytes(image)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      if (header.isEmpty() || tableRoot == 0) {
        return false;
      }
      int pageSize = header.get().pageSize();
      return TreeCells.count(bytes, pageSize, indexRoot)
          > TreeCells.count(bytes, pageSize, tableRoot);
    }
  }

  /** One that no column hides. A table without rowids has none. */
  private Optional<String> nameOfTheRowid() throws SQLException {
    List<String> columns = columns();
    for (String name : NAMES_OF_THE_ROWID) {
      if (!columns.contains(name)) {
        return hasRowid(name) ? Optional.of(name) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private boolean hasRowid(String name) {
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT " + name + " FROM " + Tables.quoted(table) + " LIMIT 0")) {
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** In lower case. Not from {@code table_info}, which leaves generated columns out. */
  private List<String> columns() throws SQLException {
    List<String> columns = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery("SELECT * FROM " + Tables.quoted(table) + " LIMIT 0")) {
      var about = found.getMetaData();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        columns.add(SqlText.lowerCase(about.getColumnName(i)));
      }
    }
    return columns;
  }
}
