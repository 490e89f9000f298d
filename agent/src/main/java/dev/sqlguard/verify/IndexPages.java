package dev.sqlguard.verify;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.TreePages;
import dev.sqlguard.store.FileBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells damage of indexes from damage of tables: an index can be made anew from its table.
 *
 * @param roots the root pages of all indexes
 * @param pages the pages that are reached from these roots and from no table's
 */
record IndexPages(List<Long> roots, BitSet pages) {

  /** Where schema or image can't be read nothing counts as an index, the worse case. */
  static IndexPages of(Connection db, Path image) {
    try (FileBytes bytes = new FileBytes(image)) {
      List<Long> indexes = roots(db, "type = 'index'");
      List<Long> tables = roots(db, "type <> 'index'");
      tables.add(1L);
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      BitSet pages = new BitSet();
      if (header.isPresent()) {
        pages = TreePages.reachable(bytes, header.get().pageSize(), indexes);
        pages.andNot(TreePages.reachable(bytes, header.get().pageSize(), tables));
      }
      return new IndexPages(indexes, pages);
    } catch (SQLException | IOException e) {
      return new IndexPages(List.of(), new BitSet());
    }
  }

  /** Whether these are trees and pages of indexes alone. */
  boolean contain(Set<Long> trees, BitSet broken) {
    BitSet beyond = (BitSet) broken.clone();
    beyond.andNot(pages);
    return beyond.isEmpty() && roots.containsAll(trees);
  }

  /** Of the objects in the schema that meet {@code condition}. */
  static List<Long> roots(Connection db, String condition) throws SQLException {
    List<Long> roots = new ArrayList<>();
    try (Statement statement = db.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT rootpage FROM sqlite_master WHERE rootpage > 0 AND " + condition)) {
      while (found.next()) {
        roots.add(found.getLong(1));
      }
    }
    return roots;
  }
}
