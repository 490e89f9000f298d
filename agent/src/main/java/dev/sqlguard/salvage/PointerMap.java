package dev.sqlguard.salvage;

import dev.sqlguard.format.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The pointer map of a new database: what every page is, and who points to it (section 1.8). */
final class PointerMap {
  private static final int ENTRY = 5;
  private static final int ROOT = 1;
  private static final int FIRST_OVERFLOW = 3;
  private static final int LATER_OVERFLOW = 4;
  private static final int BTREE = 5;

  private final PageFile file;
  private final Geometry geometry;
  private final byte[] bytes;
  private final ByteBuffer view;
  private int current;

  PointerMap(PageFile file, Geometry geometry) {
    this.file = file;
    this.geometry = geometry;
    this.bytes = new byte[geometry.pageSize()];
    this.view = ByteBuffer.wrap(bytes);
  }

  void root(int page) throws IOException {
    put(page, ROOT, 0);
  }

  void child(int page, int parent) throws IOException {
    put(page, BTREE, parent);
  }

  /**
   * @param owner the b-tree page with the cell
   */
  void firstOverflow(int page, int owner) throws IOException {
    put(page, FIRST_OVERFLOW, owner);
  }

  void laterOverflow(int page, int previous) throws IOException {
    put(page, LATER_OVERFLOW, previous);
  }

  private void put(int page, int type, int parent) throws IOException {
    int map = (int) geometry.pointerMapPageOf(page);
    if (map != current) {
      flush();
      file.read(map, bytes);
      current = map;
    }
    int at = ENTRY * (page - map - 1);
    view.put(at, (byte) type).putInt(at + 1, parent);
  }

  void flush() throws IOException {
    if (current != 0) {
      file.write(current, bytes);
    }
  }
}
