package dev.sqlguard.verify;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.Replay;
import dev.sqlguard.format.TreePaths;
import dev.sqlguard.format.WalImage;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Trees whose pages share children in such a way that SQLite wouldn't come to their end. */
final class EndlessWalks {
  /** A page with two parents is common damage; what hangs below it is then met twice. */
  private static final long TIMES = 8;

  private EndlessWalks() {}

  /**
   * Whether a walk meets many more pages than there are. True also where that can't be told.
   *
   * @param image the file that {@code db} has open, private to this process
   */
  static boolean arePossible(Connection db, Path image) {
    Path log = SideFiles.of(image).wal();
    try (FileBytes main = new FileBytes(image)) {
      List<Long> roots = new ArrayList<>(IndexPages.roots(db, "type <> ''"));
      roots.add(1L);
      Optional<FileStat> stat = FileStat.ofEntry(log);
      if (stat.isEmpty() || stat.get().size() == 0) {
        return arePossible(main, roots);
      }
      try (FileBytes wal = new FileBytes(log)) {
        return arePossible(WalImage.over(main, wal, Replay.STRICT), roots);
      }
    } catch (IOException | SQLException e) {
      return true;
    }
  }

  /** The same for some trees of a file without a log. */
  static boolean arePossible(Path image, List<Long> roots) {
    try (FileBytes main = new FileBytes(image)) {
      return arePossible(main, roots);
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean arePossible(ByteSource image, List<Long> roots) throws IOException {
    Optional<DatabaseHeader> header = DatabaseHeader.read(image);
    if (header.isEmpty()) {
      return true;
    }
    int pageSize = header.get().pageSize();
    return TreePaths.exceed(image, pageSize, roots, TIMES * (image.size() / pageSize + 1));
  }
}
