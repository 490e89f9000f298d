package dev.sqlguard.salvage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Whether the table that leads into an FTS5 index leads to every page of it. FTS5's own check asks
 * only whether the rows that are there are right (<a
 * href="https://www.sqlite.org/fts5.html#fts5_data_structures">FTS5, section 8</a>).
 */
final class TextIndexPages {
  /** Of a page's number in {@code _data}: the segment, two kinds of inner pages, the page. */
  private static final int SEGMENT = 37;

  private static final int INNER = 31;
  private static final int INNER_MASK = 0x3f;

  private TextIndexPages() {}

  /** A page that a term begins on has a list of its terms behind what it says is its end. */
  static boolean haveAllTheirRows(Connection db, SchemaRow table) throws SQLException {
    String data = VirtualTables.shadow(table, "data");
    String idx = VirtualTables.shadow(table, "idx");
    LongSet rows = new LongSet();
    try (Statement statement = db.createStatement()) {
      try (ResultSet found = statement.executeQuery("SELECT segid, pgno >> 1 FROM " + idx)) {
        while (found.next()) {
          rows.add(found.getLong(1) << SEGMENT | found.getLong(2));
        }
      }
      String pages = "SELECT id, length(block), substr(block, 3, 2) FROM " + data;
      try (ResultSet found = statement.executeQuery(pages)) {
        while (found.next()) {
          long id = found.getLong(1);
          byte[] end = found.getBytes(3);
          boolean leaf = id >> SEGMENT > 0 && (id >> INNER & INNER_MASK) == 0;
          if (leaf
              && end != null
              && end.length == 2
              && ((end[0] & 0xff) << 8 | end[1] & 0xff) < found.getLong(2)
              && !rows.contains(id)) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
