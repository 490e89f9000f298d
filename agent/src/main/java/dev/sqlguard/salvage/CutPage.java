package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import java.util.Arrays;

/**
 * A page within which the file ends, because a copy was broken off or the disk was full. Cells grow
 * from the end of a page towards its start, so mostly one of them is there in part.
 */
final class CutPage {
  private CutPage() {}

  /**
   * Overwrites with zeros what is there of a cell that isn't whole. Nothing happens to a page that
   * isn't a b-tree page.
   *
   * @param there how many bytes of the page the file has
   */
  static void dropCutCells(byte[] page, long number, Geometry geometry, int there) {
    int type = page[BtreePage.headerAt(number)];
    if (!BtreePage.isType(type)) {
      return;
    }
    PageLayout layout = PageLayout.of(page, number, type);
    CellCursor cell = new CellCursor(geometry);
    int endOfWhole = layout.endOfPointers();
    int cut = there;
    for (int i = 0; i < layout.possibleCells(geometry); i++) {
      int at = layout.pointer(page, i);
      if (at < layout.endOfPointers() || at >= there) {
        continue;
      }
      if (cell.parse(page, type, at) && cell.end() <= there) {
        endOfWhole = Math.max(endOfWhole, cell.end());
      } else {
        cut = Math.min(cut, at);
      }
    }
    int from = Math.max(cut, endOfWhole);
    if (from < there) {
      Arrays.fill(page, from, there, (byte) 0);
    }
  }
}
