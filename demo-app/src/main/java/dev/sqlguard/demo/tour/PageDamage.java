package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Does to a database file what a failing disk does: replaces pages with noise. */
final class PageDamage {

  private PageDamage() {}

  /**
   * Overwrites some of the pages that hold the rows of a table, evenly spread.
   *
   * @return the numbers of these pages
   */
  static List<Integer> overwriteLeaves(Path database, String table, int howMany)
      throws IOException, SQLException {
    List<Integer> leaves;
    int pageSize;
    try (PrivateCopy copy = PrivateCopy.withoutLog(database)) {
      leaves = copy.leafPages(table);
      pageSize = copy.pageSize();
    }
    List<Integer> victims = new ArrayList<>();
    try (FileChannel file = FileChannel.open(database, StandardOpenOption.WRITE)) {
      for (int i = 0; i < howMany; i++) {
        int page = leaves.get(i * leaves.size() / howMany);
        byte[] noise = new byte[pageSize];
        new Random(page).nextBytes(noise);
        file.write(ByteBuffer.wrap(noise), (page - 1L) * pageSize);
        victims.add(page);
      }
    }
    return victims;
  }
}
