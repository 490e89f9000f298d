package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which table of a backup has the rows of an orphan, and which index its entries. */
final class Familiarity {
  private static final int SAMPLE = 16;

  private final Pages pages;
  private final Backup backup;
  private final Map<String, String> definitions = new HashMap<>();

  /**
   * @param backup null where there is none: then nothing is familiar
   */
  Familiarity(Pages pages, Backup backup, List<SchemaRow> schema) {
    this.pages = pages;
    this.backup = backup;
    for (SchemaRow row : schema) {
      if (row.isTableWithRows() || row.isIndex()) {
        definitions.put(row.name(), row.sql());
      }
    }
  }

  /** Whether there is a backup to ask. */
  boolean hasBackup() {
    return backup != null;
  }

  /** How many rows of a sample stand in the backup's table, or index, of that name too. */
  int of(Orphan orphan, Tree tree) throws IOException {
    Tree before = backup == null ? null : backup.tree(tree, definitions.get(tree.name()));
    if (before == null) {
      return 0;
    }
    Orphan leaf = orphan;
    while (!leaf.children().isEmpty()) {
      leaf = leaf.children().get(0);
    }
    if (BtreePage.isInterior(leaf.type)) {
      return 0;
    }
    byte[] page = new byte[pages.geometry().pageSize()];
    pages.read(leaf.page, page);
    PageLayout layout = PageLayout.of(page, leaf.page, leaf.type);
    CellCursor cell = new CellCursor(pages.geometry());
    int n = layout.possibleCells(pages.geometry());
    int known = 0;
    for (int i = 0; i < n; i += Math.max(1, n / SAMPLE)) {
      if (cell.parse(page, leaf.type, layout.pointer(page, i))
          && Boolean.TRUE.equals(backup.hasSame(before, page, cell))) {
        known++;
      }
    }
    return known;
  }
}
