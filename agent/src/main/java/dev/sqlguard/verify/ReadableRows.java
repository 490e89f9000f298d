package dev.sqlguard.verify;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rows that SQLite can still read out of a damaged database, without its indexes.
 *
 * @param complete no table ended with an error
 */
public record ReadableRows(Contents contents, boolean complete) {
  private static final int MOST_GAPS = 10_000;

  /** Nothing at all where the file can't be opened or its schema not be read. */
  public static ReadableRows of(SqliteEngine engine, Path image) {
    try (Connection db = engine.open(image)) {
      return of(db);
    } catch (SQLException e) {
      return new ReadableRows(Contents.NONE, false);
    }
  }

  static ReadableRows of(Connection db) {
    SortedMap<String, Long> rows = new TreeMap<>();
    boolean complete = true;
    try {
      for (String table : Tables.names(db)) {
        TableScan scan = new TableScan(db, table);
        rows.put(table, scan.count());
        complete &= scan.errors == 0;
      }
    } catch (SQLException e) {
      // The schema can't be read any further.
      complete = false;
    }
    return new ReadableRows(new Contents(rows), complete);
  }

  /** One table, read in order of rowid; after an error from the next rowid that can be found. */
  private static final class TableScan {
    private final Connection db;
    private final String table;
    private long rows;
    private long last = Long.MIN_VALUE;
    private int errors;

    TableScan(Connection db, String table) {
      this.db = db;
      this.table = Tables.quoted(table);
    }

    long count() {
      if (!hasRowid()) {
        return countWithoutRowid();
      }
      while (!scanAfterLast() && errors < MOST_GAPS) {
        errors++;
        long next = firstReadableAfter(last);
        if (next <= last) {
          break;
        }
        last = next - 1;
      }
      return rows;
    }

    /** Rows out of order are copies of pages in the wrong place: only rising rowids count. */
    private boolean scanAfterLast() {
      try (PreparedStatement query = from(last == Long.MIN_VALUE ? last : last + 1, "");
          ResultSet found = query.executeQuery()) {
        while (found.next()) {
          long rowid = found.getLong(1);
          if (rowid > last || rows == 0) {
            rows++;
            last = rowid;
          }
        }
        return true;
      } catch (SQLException e) {
        return false;
      }
    }

    /** By steps that double until something can be read, then by halving. */
    private long firstReadableAfter(long start) {
      long unreadable = start;
      long readable = Math.max(start, 0);
      for (long step = 1; !canSeek(readable); step *= 2) {
        unreadable = readable;
        if (readable > Long.MAX_VALUE - step || step > Long.MAX_VALUE / 2) {
          return start;
        }
        readable += step;
      }
      while (readable - 1 > unreadable) {
        // The middle, without overflow between a negative and a positive number.
        long middle = (readable & unreadable) + ((readable ^ unreadable) >> 1);
        if (canSeek(middle)) {
          readable = middle;
        } else {
          unreadable = middle;
        }
      }
      return readable;
    }

    private boolean canSeek(long rowid) {
      try (PreparedStatement query = from(rowid, " LIMIT 1");
          ResultSet found = query.executeQuery()) {
        found.next();
        return true;
      } catch (SQLException e) {
        return false;
      }
    }

    private PreparedStatement from(long rowid, String limit) throws SQLException {
      PreparedStatement query =
          db.prepareStatement(
              "SELECT rowid FROM "
                  + table
                  + " NOT INDEXED WHERE rowid >= ? ORDER BY rowid"
                  + limit);
      query.setLong(1, rowid);
      return query;
    }

    private boolean hasRowid() {
      try (PreparedStatement query = from(0, " LIMIT 0")) {
        return true;
      } catch (SQLException e) {
        return false;
      }
    }

    private long countWithoutRowid() {
      try (Statement statement = db.createStatement();
          ResultSet found = statement.executeQuery("SELECT 1 FROM " + table + " NOT INDEXED")) {
        while (found.next()) {
          rows++;
        }
      } catch (SQLException e) {
        errors++;
      }
      return rows;
    }
  }
}
