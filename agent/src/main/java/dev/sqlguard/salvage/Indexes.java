package dev.sqlguard.salvage;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What only SQLite can do: fill the indexes, make text indexes anew, count on AUTOINCREMENT. */
final class Indexes {
  /** In KiB, for the pages and the sorter. */
  private static final int CACHE = 48 * 1024;

  private static final String TOO_LARGE = "much larger than the file that it comes from";

  private final Sqlite sqlite;
  private final Patience patience;
  private final SalvageProgress progress;
  private final long original;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param original the size of the damaged image, in bytes
   */
  Indexes(Sqlite sqlite, Patience patience, SalvageProgress progress, long original) {
    this.sqlite = sqlite;
    this.patience = patience;
    this.original = original;
    this.progress = progress;
  }

  /**
   * @param object an index that can't be filled, or a virtual table that can't be used
   * @param unique whether two rows have the same key
   * @param repeated rows that have the key of an earlier one, counted from 0 in the order of their
   *     table; empty where they aren't known
   */
  record Failure(SchemaRow object, boolean unique, String message, BitSet repeated) {}

  List<String> notes() {
    return notes;
  }

  /**
   * @param settled names of indexes that are filled already, or can't be and have to stay
   * @param unused tables to be dropped
   * @param damaged names of tables that may have lost rows
   * @return an object that can't be used; the file is worthless then. Null: all can
   */
  Failure fill(
      Path file,
      List<SchemaRow> schema,
      Set<String> settled,
      List<String> unused,
      Set<String> damaged)
      throws IOException {
    Failure failure = fillAll(file, schema, settled, unused, damaged);
    if (failure != null && failure.unique()) {
      try (Connection db = sqlite.open(file)) {
        BitSet repeated = RepeatedKeys.find(db, failure.object());
        return new Failure(failure.object(), true, failure.message(), repeated);
      } catch (SQLException e) {
        if (!Sqlite.isOutOfTime(e)) {
          Sqlite.requireAboutContent(e);
        }
        return failure;
      }
    }
    return failure;
  }

  private Failure fillAll(
      Path file,
      List<SchemaRow> schema,
      Set<String> settled,
      List<String> unused,
      Set<String> damaged)
      throws IOException {
    GrowthLimit limit = null;
    SchemaRow beyond = null;
    IOException full;
    Slowest slowest = new Slowest();
    try (Connection db = sqlite.open(file);
        Statement statement = db.createStatement()) {
      limit = GrowthLimit.set(db, original);
      statement.execute("PRAGMA journal_mode=OFF");
      statement.execute("PRAGMA synchronous=OFF");
      statement.execute("PRAGMA locking_mode=EXCLUSIVE");
      statement.execute("PRAGMA cache_size=-" + CACHE);
      statement.execute("PRAGMA threads=2");
      Set<String> tables = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
      schema.stream().filter(SchemaRow::isTableWithRows).map(SchemaRow::name).forEach(tables::add);
      long done = 0;
      for (SchemaRow row : schema) {
        if (row.isIndex() && !settled.contains(row.name())) {
          slowest.begin(row);
          try {
            limit.update(statement);
            if (GrowthLimit.isOfComputedValues(db, row.table(), row.name())
                && limit.isExceededBy(db, row.table(), row.name(), row.sql())) {
              return new Failure(row, false, TOO_LARGE, new BitSet());
            }
            statement.execute(reindex(row, tables));
          } catch (SQLException e) {
            if (Sqlite.isOutOfTime(db)) {
              return tooSlow(file, slowest);
            }
            if (GrowthLimit.isFull(e)) {
              beyond = row;
            }
            Sqlite.requireAboutContent(e);
            boolean unique = String.valueOf(e.getMessage()).contains("UNIQUE constraint failed");
            return new Failure(row, unique, e.getMessage(), new BitSet());
          }
          progress.at(SalvageProgress.Phase.INDEX, ++done, 0);
        }
      }
      for (String table : unused) {
        statement.execute("DROP TABLE " + quoted(table));
      }
      for (SchemaRow row : schema) {
        if (row.isVirtualTable()) {
          beyond = row;
          slowest.begin(row);
          String broken = mend(db, row, damaged);
          if (Sqlite.isOutOfTime(db)) {
            return tooSlow(file, slowest);
          }
          if (broken != null) {
            return new Failure(row, false, broken, new BitSet());
          }
          beyond = null;
        }
      }
      continueSequences(db);
      return Sqlite.isOutOfTime(db) ? tooSlow(file, slowest) : null;
    } catch (SQLException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      if (beyond == null || !GrowthLimit.isFull(e)) {
        throw e;
      }
      full = e;
    }
    if (!isBeyond(limit, file, beyond)) {
      throw full;
    }
    return new Failure(beyond, false, TOO_LARGE, new BitSet());
  }

  /** What is wrong with it, see {@link VirtualTables#mend}; nothing where the time is up. */
  private String mend(Connection db, SchemaRow table, Set<String> damaged) throws IOException {
    try {
      return new VirtualTables(db, damaged, notes).mend(table);
    } catch (IOException e) {
      if (Sqlite.isOutOfTime(db)) {
        return null;
      }
      throw e;
    }
  }

  private Failure tooSlow(Path file, Slowest slowest) throws IOException {
    SchemaRow row = slowest.get();
    if (row == null) {
      throw new IOException(file + ": " + Patience.TOO_LONG);
    }
    patience.lose(row.key());
    return new Failure(row, false, Patience.TOO_LONG, new BitSet());
  }

  /** Whether it was the limit that it has met, and not the end of the disk. */
  private boolean isBeyond(GrowthLimit limit, Path file, SchemaRow row) throws IOException {
    if (!row.isIndex()) {
      return limit.isOnTheDisk(file);
    }
    try (Connection db = sqlite.open(file)) {
      return limit.isNearlyExceededBy(db, row.table(), row.name(), row.sql());
    } catch (SQLException e) {
      return false;
    }
  }

  /**
   * Without the name of the database in front, the name of a collation would mean all indexes that
   * use it; and a table goes before an index of its name.
   */
  private static String reindex(SchemaRow index, Set<String> tables) {
    boolean ambiguous = tables.contains(index.name());
    return "REINDEX main." + quoted(ambiguous ? index.table() : index.name());
  }

  /** No rowid may be given twice, even where the counter is lost. */
  private void continueSequences(Connection db) throws SQLException {
    Map<String, String> keys = new LinkedHashMap<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT s.name, s.sql, c.name FROM sqlite_schema s"
                    + " JOIN pragma_table_list t ON t.schema = 'main' AND t.name = s.name"
                    + " JOIN pragma_table_info(s.name) c ON c.pk = 1"
                    + " WHERE s.type = 'table' AND s.rootpage > 0 AND NOT t.wr"
                    + " AND upper(s.sql) LIKE '%AUTOINCREMENT%'"
                    + " AND EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence')"
                    + " ORDER BY s.rowid")) {
      while (found.next()) {
        if (SqlWords.has(found.getString(2), "AUTOINCREMENT")) {
          keys.put(found.getString(1), found.getString(3));
        }
      }
    }
    for (Map.Entry<String, String> each : keys.entrySet()) {
      try {
        continueSequence(db, each.getKey(), each.getValue());
      } catch (SQLException e) {
        notes.add(each.getKey() + " may give rowids of lost rows again: " + e.getMessage());
      }
    }
  }

  private static void continueSequence(Connection db, String table, String key)
      throws SQLException {
    String literal = "'" + table.replace("'", "''") + "'";
    String largest = "(SELECT max(" + quoted(key) + ") FROM main." + quoted(table) + ")";
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

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
