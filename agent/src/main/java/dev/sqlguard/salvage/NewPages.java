package dev.sqlguard.salvage;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.Varint;
import dev.sqlguard.store.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Hands out the numbers of a new database's pages in order, writes the pages and keeps the pointer
 * map, where there is one. Pointers are entered when the page that has them is written: only then
 * its own number is known.
 */
final class NewPages implements Closeable {
  private static final int POINTER = 4;

  private final Geometry geometry;
  private final long lockBytePage;
  private final PageFile file;
  private final PointerMap map;
  private final byte[] overflow;
  private final ByteBuffer overflowView;
  private int last = 1;

  NewPages(Path out, FileLayout layout, Disk disk) throws IOException {
    this.geometry = new Geometry(layout.pageSize(), layout.pageSize() - layout.reserved(), 0);
    this.lockBytePage = Geometry.lockBytePage(layout.pageSize());
    this.file = new PageFile(out, layout.pageSize(), disk);
    this.map = layout.hasPointerMap() ? new PointerMap(file, geometry) : null;
    this.overflow = new byte[layout.pageSize()];
    this.overflowView = ByteBuffer.wrap(overflow);
  }

  /** Of all but the number of pages, which isn't known yet. */
  Geometry geometry() {
    return geometry;
  }

  PageBuilder builder(boolean table, boolean leaf) {
    return new PageBuilder(table, leaf, geometry.pageSize(), geometry.usableSize());
  }

  /** The number of the last page so far. */
  int last() {
    return last;
  }

  /** The number of the next page that is neither a pointer map page nor the lock-byte page. */
  int allocate() throws IOException {
    do {
      if (last == Integer.MAX_VALUE - 1) {
        throw new IOException("more than " + last + " pages");
      }
      last++;
    } while (last == lockBytePage || map != null && geometry.isPointerMapPage(last));
    return last;
  }

  int writeNext(PageBuilder page, boolean table) throws IOException {
    int number = allocate();
    write(number, page, table);
    return number;
  }

  void writeRoot(int root, PageBuilder page, boolean table) throws IOException {
    write(root, page, table);
    if (map != null && root != 1) {
      map.root(root);
    }
  }

  private void write(int number, PageBuilder page, boolean table) throws IOException {
    if (map != null) {
      enterPointers(number, page, table);
    }
    page.seal(number == 1 ? DatabaseHeader.SIZE : 0);
    file.write(number, page.bytes());
  }

  private void enterPointers(int number, PageBuilder page, boolean table) throws IOException {
    boolean leaf = page.isLeaf();
    for (int i = 0; i < page.cells(); i++) {
      int at = page.cellAt(i);
      if (!leaf) {
        map.child(page.int32(at), number);
        at += POINTER;
      }
      if (leaf || !table) {
        enterOverflow(number, page, at, table);
      }
    }
    if (!leaf) {
      map.child(page.rightChild(), number);
    }
  }

  private void enterOverflow(int number, PageBuilder page, int at, boolean table)
      throws IOException {
    byte[] bytes = page.bytes();
    int sizeLength = Varint.length(bytes, at, bytes.length);
    long size = Varint.value(bytes, at, sizeLength);
    int local = geometry.localSize(size, largest(table));
    if (local < size) {
      int behind = at + sizeLength;
      if (table) {
        behind += Varint.length(bytes, behind, bytes.length);
      }
      map.firstOverflow(page.int32(behind + local), number);
    }
  }

  /** The largest payload that stands wholly in its cell. */
  int largest(boolean table) {
    return table ? geometry.largestInTableLeaf() : geometry.largestInIndex();
  }

  /**
   * Writes the overflow pages for all of {@code payload} but its first {@code local} bytes. Where
   * the payload can't be read, no page is taken.
   *
   * @return the first page's number
   */
  int writeOverflow(Payload payload, int local) throws IOException {
    int before = last;
    try {
      return writeChain(payload, local);
    } catch (IOException | RuntimeException e) {
      last = before;
      throw e;
    }
  }

  private int writeChain(Payload payload, long from) throws IOException {
    long size = payload.size();
    int room = geometry.usableSize() - POINTER;
    int first = allocate();
    int page = first;
    int previous = 0;
    for (long at = from; at < size; at += room) {
      int length = (int) Math.min(room, size - at);
      payload.read(at, overflow, POINTER, length);
      Arrays.fill(overflow, POINTER + length, overflow.length, (byte) 0);
      int next = at + length < size ? allocate() : 0;
      overflowView.putInt(0, next);
      file.write(page, overflow);
      if (map != null && previous != 0) {
        map.laterOverflow(page, previous);
      }
      previous = page;
      page = next;
    }
    return first;
  }

  /** Writes everything that is in memory, and {@code header} to the start of the file. */
  void finish(byte[] header) throws IOException {
    if (map != null) {
      map.flush();
    }
    byte[] first = new byte[geometry.pageSize()];
    file.read(1, first);
    System.arraycopy(header, 0, first, 0, header.length);
    file.write(1, first);
    file.finish(last);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
