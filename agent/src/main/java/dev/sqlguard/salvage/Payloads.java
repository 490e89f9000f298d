package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.RecordCursor;
import java.io.IOException;

/** The payloads of cells, overflow pages included (file format, section 1.7). */
final class Payloads {
  /** A record's header can't be larger: that many fields no table has. */
  private static final int LARGEST_HEADER = 1 << 20;

  private final Pages pages;
  private final Geometry geometry;
  private final byte[] buffer;

  Payloads(Pages pages) {
    this.pages = pages;
    this.geometry = pages.geometry();
    this.buffer = new byte[geometry.pageSize()];
  }

  /**
   * Reads the beginning of a payload.
   *
   * @return how many bytes could be read; less than {@code length} where the chain breaks off
   */
  int read(byte[] page, CellCursor cell, byte[] into, int length) throws IOException {
    int local = Math.min(length, cell.localSize());
    System.arraycopy(page, cell.payloadAt(), into, 0, local);
    int done = local;
    long next = cell.overflowPage();
    int content = geometry.usableSize() - 4;
    while (done < length && pages.exists(next) && next > 1 && pages.read(next, buffer)) {
      int n = Math.min(content, length - done);
      System.arraycopy(buffer, 4, into, done, n);
      done += n;
      next = BigEndian.u32(buffer, 0);
    }
    return done;
  }

  /**
   * Reads a record's header, also where it goes on in overflow pages.
   *
   * @return whether the record is exact
   */
  boolean parse(byte[] page, CellCursor cell, RecordCursor record) throws IOException {
    RecordCursor.Result result =
        record.parse(page, cell.payloadAt(), cell.localSize(), cell.payloadSize());
    if (result != RecordCursor.Result.INCOMPLETE) {
      return result == RecordCursor.Result.EXACT;
    }
    int length = (int) Math.min(cell.payloadSize(), LARGEST_HEADER);
    byte[] head = new byte[length];
    int there = read(page, cell, head, length);
    return record.parse(head, 0, there, cell.payloadSize()) == RecordCursor.Result.EXACT;
  }
}
