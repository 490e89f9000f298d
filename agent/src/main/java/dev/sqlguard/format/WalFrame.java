package dev.sqlguard.format;

import java.io.IOException;

/**
 * One frame of a write-ahead log at a time (file format, section 4.2). Its checksum covers the page
 * number, the commit size and the page, and continues from the checksum of the frame before.
 */
final class WalFrame {
  private final WalHeader wal;
  private final ByteSource source;
  private final byte[] bytes;

  WalFrame(WalHeader wal, ByteSource source) {
    this.wal = wal;
    this.source = source;
    this.bytes = new byte[wal.frameSize()];
  }

  /**
   * Goes to a frame; the first is number 1.
   *
   * @return false where the log ends before the frame does
   */
  boolean read(long number) throws IOException {
    long at = wal.frameOffset(number);
    return source.size() - at >= bytes.length
        && source.read(at, bytes, 0, bytes.length) == bytes.length;
  }

  long page() {
    return BigEndian.u32(bytes, 0);
  }

  /** The size of the database in pages if this frame commits a transaction, else 0. */
  long commitSize() {
    return BigEndian.u32(bytes, 4);
  }

  long salts() {
    return BigEndian.u64(bytes, 8);
  }

  /** As it stands, both words. */
  long checksum() {
    return BigEndian.u64(bytes, 16);
  }

  /** What the checksum should be, given the one before. */
  long computedChecksum(long before) {
    long sum = WalHeader.checksum(before, bytes, 0, 8, wal.bigEndian());
    return WalHeader.checksum(sum, bytes, WalHeader.FRAME_HEADER, wal.pageSize(), wal.bigEndian());
  }

  boolean follows(long before) {
    return computedChecksum(before) == checksum();
  }

  /** The in-header page size, if this frame holds the first page of a database; 0 if it doesn't. */
  int databasePageSize() {
    if (page() != 1) {
      return 0;
    }
    byte[] head = new byte[DatabaseHeader.SIZE];
    System.arraycopy(bytes, WalHeader.FRAME_HEADER, head, 0, head.length);
    return DatabaseHeader.parse(head).map(DatabaseHeader::pageSize).orElse(0);
  }
}
