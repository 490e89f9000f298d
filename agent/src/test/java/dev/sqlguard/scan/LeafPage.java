package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.DatabaseImage;
import dev.sqlguard.salvage.bench.PageMap;
import java.util.ArrayList;
import java.util.List;

/** A leaf whose cells are taken out and put back, so that it is well-formed whatever they are. */
final class LeafPage {
  private static final int HEADER = 8;
  private static final int SMALLEST_CELL = 4;

  private final DatabaseImage image;
  private final int number;

  /** In the order of their keys. */
  final List<byte[]> cells = new ArrayList<>();

  LeafPage(DatabaseImage image, PageMap map, int number) {
    this.image = image;
    this.number = number;
    for (Cell cell : map.cells(number)) {
      cells.add(image.range(cell.start(), Math.max(cell.end(), cell.start() + SMALLEST_CELL)));
    }
  }

  /** False where they don't fit; the page is as it was then. */
  boolean write() {
    int at = image.at(number);
    int header = image.treeAt(number);
    int pointers = header + HEADER;
    int size = cells.stream().mapToInt(cell -> cell.length).sum();
    int end = at + image.usableSize();
    int content = end - size;
    if (pointers + 2 * cells.size() > content) {
      return false;
    }
    image.zero(pointers, end);
    put16(header + 1, 0);
    put16(header + 3, cells.size());
    put16(header + 5, content - at);
    image.put(header + 7, new byte[1]);
    int next = end;
    for (int i = 0; i < cells.size(); i++) {
      byte[] cell = cells.get(i);
      next -= cell.length;
      image.put(next, cell);
      put16(pointers + 2 * i, next - at);
    }
    return true;
  }

  private void put16(int at, int value) {
    image.put(at, new byte[] {(byte) (value >> 8), (byte) value});
  }
}
