package dev.sqlguard.verify;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.TreeCells;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rows that are still there in a damaged database, without its indexes. They are counted on the
 * pages of each table's b-tree: SQLite itself stops at the first broken page, and from there on
 * finds its way only where a table has rowids and no column hides them.
 *
 * @param complete SQLite reads every table to its end, and as many rows as its pages hold
 */
public record ReadableRows(Contents contents, boolean complete) {
  /** With its pointer, in bytes. */
  private static final int SMALLEST_CELL = 4;

  /**
   * Nothing at all where the file can't be opened or its schema not be read.
   *
   * @throws IOException where that takes too long: then nobody knows
   */
  public static ReadableRows of(SqliteEngine engine, Path image) throws IOException {
    try (Connection db = engine.open(image)) {
      ReadableRows readable = of(db, image);
      SqliteEngine.requireTime(db);
      return readable;
    } catch (SQLException e) {
      SqliteError error = SqliteError.of(e);
      if (error.isOutOfTime()) {
        throw new IOException(error.message(), e);
      }
      return new ReadableRows(Contents.NONE, false);
    }
  }

  /**
   * @param image the file that {@code db} has open, private to this process
   */
  static ReadableRows of(Connection db, Path image) {
    SortedMap<String, Long> rows = new TreeMap<>();
    boolean complete = true;
    try {
      boolean folded = isFolded(image);
      long most = mostRows(image);
      for (Table table : Tables.of(db)) {
        Scan scan = Scan.of(db, table, most);
        long onPages = onPages(image, table, scan.rows);
        complete &= scan.ended && scan.rows == onPages;
        // In a log that isn't folded in there may be pages that the image hasn't.
        rows.put(table.name(), folded ? onPages : Math.max(onPages, scan.rows));
      }
    } catch (SQLException e) {
      // The schema can't be read any further.
      complete = false;
    }
    return new ReadableRows(new Contents(rows), complete);
  }

  /** As many as there is room for. Where pages share children SQLite finds more and more. */
  private static long mostRows(Path image) {
    try {
      Path log = SideFiles.of(image).wal();
      return (Files.size(image) + (Files.exists(log) ? Files.size(log) : 0)) / SMALLEST_CELL;
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  private static long onPages(Path image, Table table, long otherwise) {
    try (FileBytes bytes = new FileBytes(image)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      return header.isPresent()
          ? TreeCells.count(bytes, header.get().pageSize(), table.root())
          : otherwise;
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static boolean isFolded(Path image) {
    try {
      Path log = SideFiles.of(image).wal();
      return !Files.exists(log) || Files.size(log) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** One table, read by SQLite from its first row on. */
  private record Scan(long rows, boolean ended) {
    static Scan of(Connection db, Table table, long most) {
      long rows = 0;
      String query = "SELECT 1 FROM " + Tables.quoted(table.name()) + " NOT INDEXED";
      try (Statement statement = db.createStatement();
          ResultSet found = statement.executeQuery(query)) {
        while (rows <= most && found.next()) {
          rows++;
        }
        return new Scan(rows, rows <= most);
      } catch (SQLException e) {
        return new Scan(rows, false);
      }
    }
  }
}
