package dev.sqlguard.salvage;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.CellCursor;
import java.io.EOFException;
import java.io.IOException;

/** The payload of one cell of an image; read from front to back it needs one page of memory. */
final class CellPayload implements Payload {
  private final Pages pages;
  private final byte[] buffer;
  private final int content;
  private byte[] page;
  private int payloadAt;
  private int localSize;
  private long size;
  private long firstOverflow;
  private long currentIndex;
  private long currentPage;

  CellPayload(Pages pages) {
    this.pages = pages;
    this.buffer = new byte[pages.geometry().pageSize()];
    this.content = pages.geometry().usableSize() - 4;
  }

  /** From here on this is the payload of {@code cell}, whose page is not copied. */
  CellPayload of(byte[] page, CellCursor cell) {
    this.page = page;
    this.payloadAt = cell.payloadAt();
    this.localSize = cell.localSize();
    this.size = cell.payloadSize();
    this.firstOverflow = cell.overflowPage();
    this.currentIndex = -1;
    return this;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long from, byte[] into, int at, int length) throws IOException {
    int done = 0;
    if (from < localSize) {
      done = (int) Math.min(length, localSize - from);
      System.arraycopy(page, payloadAt + (int) from, into, at, done);
    }
    while (done < length) {
      long position = from + done - localSize;
      seek(position / content);
      int offset = (int) (position % content);
      int n = Math.min(length - done, content - offset);
      System.arraycopy(buffer, 4 + offset, into, at + done, n);
      done += n;
    }
  }

  private void seek(long index) throws IOException {
    if (currentIndex < 0 || index < currentIndex) {
      currentIndex = 0;
      load(firstOverflow);
    }
    while (currentIndex < index) {
      currentIndex++;
      load(BigEndian.u32(buffer, 0));
    }
  }

  private void load(long number) throws IOException {
    if (number < 2 || !pages.read(number, buffer)) {
      throw new EOFException("the overflow chain ends at page " + currentPage);
    }
    currentPage = number;
  }
}
