package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.Varint;
import java.io.IOException;

/** The payloads of cells, overflow pages included (file format, section 1.7). */
final class Payloads {
  /** As SQLite has it: 32,767 fields with types of three bytes, and the header's own size. */
  private static final int LARGEST_HEADER = 98_307;

  private final Pages pages;
  private final Geometry geometry;
  private final byte[] buffer;
  private byte[] head = {};

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
    int varint = Varint.length(page, cell.payloadAt(), cell.payloadAt() + cell.localSize());
    long wanted = varint == 0 ? 0 : Varint.value(page, cell.payloadAt(), varint);
    if (wanted > LARGEST_HEADER || wanted > cell.payloadSize() || !pages.mayReadHeader()) {
      return false;
    }
    if (head.length < wanted) {
      head = new byte[(int) Math.max(wanted, 2L * head.length)];
    }
    int there = read(page, cell, head, (int) wanted);
    return record.parse(head, 0, there, cell.payloadSize()) == RecordCursor.Result.EXACT;
  }
}
