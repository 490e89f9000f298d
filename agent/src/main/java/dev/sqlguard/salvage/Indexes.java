package dev.sqlguard.salvage;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What only SQLite can do: fill the indexes, make text indexes anew, count on AUTOINCREMENT. */
final class Indexes {
  /** In KiB, for the pages and the sorter. */
  private static final int CACHE = 48 * 1024;

  private final Sqlite sqlite;
  private final SalvageProgress progress;
  private final List<String> notes = new ArrayList<>();

  Indexes(Sqlite sqlite, SalvageProgress progress) {
    this.sqlite = sqlite;
    this.progress = progress;
  }

  /**
   * @param unique whether two rows have the same key
   */
  record Failure(SchemaRow index, boolean unique, String message) {}

  List<String> notes() {
    return notes;
  }

  /**
   * @param unused tables to be dropped
   * @return the first index that can't be filled; the file is worthless then. Null: all are
   */
  Failure fill(Path file, List<SchemaRow> schema, List<String> unused) throws IOException {
    try (Connection db = sqlite.open(file);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA journal_mode=OFF");
      statement.execute("PRAGMA synchronous=OFF");
      statement.execute("PRAGMA locking_mode=EXCLUSIVE");
      statement.execute("PRAGMA cache_size=-" + CACHE);
      statement.execute("PRAGMA threads=2");
      long done = 0;
      for (SchemaRow row : schema) {
        if (row.isIndex()) {
          try {
            statement.execute("REINDEX " + quoted(row.name()));
          } catch (SQLException e) {
            boolean unique = String.valueOf(e.getMessage()).contains("UNIQUE constraint failed");
            return new Failure(row, unique, e.getMessage());
          }
          progress.at(SalvageProgress.Phase.INDEX, ++done, 0);
        }
      }
      for (String table : unused) {
        statement.execute("DROP TABLE " + quoted(table));
      }
      for (SchemaRow row : schema) {
        if (row.isVirtualTable()) {
          checkText(statement, row);
        }
      }
      continueSequences(db);
      return null;
    } catch (SQLException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** A full-text index that lost something is made anew from its content. */
  private void checkText(Statement statement, SchemaRow row) {
    String name = quoted(row.name());
    String sql = row.sql() == null ? "" : row.sql().toLowerCase();
    if (!sql.matches("(?s).*using\\s+[\"'`\\[]?fts[345].*")) {
      return;
    }
    try {
      statement.execute("INSERT INTO " + name + "(" + name + ") VALUES('integrity-check')");
    } catch (SQLException broken) {
      try {
        statement.execute("INSERT INTO " + name + "(" + name + ") VALUES('rebuild')");
        notes.add("the text index " + row.name() + " was built anew from its content");
      } catch (SQLException e) {
        notes.add("the text index " + row.name() + " can't be built anew: " + e.getMessage());
      }
    }
  }

  /** No rowid may be given twice, even where the counter is lost. */
  private static void continueSequences(Connection db) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
                    + " AND upper(sql) LIKE '%AUTOINCREMENT%'"
                    + " AND EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence')")) {
      while (found.next()) {
        tables.add(found.getString(1));
      }
    }
    for (String table : tables) {
      String literal = "'" + table.replace("'", "''") + "'";
      String largest = "(SELECT max(_rowid_) FROM " + quoted(table) + ")";
      try (Statement statement = db.createStatement()) {
        statement.execute(
            "UPDATE sqlite_sequence SET seq = "
                + largest
                + " WHERE name = "
                + literal
                + " AND seq < "
                + largest);
        statement.execute(
            "INSERT INTO sqlite_sequence(name, seq) SELECT "
                + literal
                + ", "
                + largest
                + " WHERE "
                + largest
                + " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = "
                + literal
                + ")");
      }
    }
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
