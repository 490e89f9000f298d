package dev.sqlguard.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The first 32 bytes of a write-ahead log (file format, section 4.1).
 *
 * @param bigEndian the byte order in which checksums read the log; everything else is big-endian
 * @param version of the format; SQLite knows {@link #KNOWN_VERSION} only
 * @param pageSize in bytes, a power of two from 512 to 65536
 * @param salts both, as they stand: frames of this generation of the log repeat them
 * @param checksum as it stands, both words
 * @param computedChecksum what {@code checksum} should be
 */
record WalHeader(
    boolean bigEndian,
    long version,
    int pageSize,
    long salts,
    long checksum,
    long computedChecksum) {

  /** In bytes. */
  static final int SIZE = 32;

  /** In bytes. */
  static final int FRAME_HEADER = 24;

  static final long KNOWN_VERSION = 3007000;

  private static final long MAGIC = 0x377f0682L;
  private static final int CHECKSUMMED = 24;

  /** Empty where the bytes can't be a header: too few, another magic number, no page size. */
  static Optional<WalHeader> read(ByteSource wal) throws IOException {
    byte[] b = new byte[SIZE];
    if (wal.size() < SIZE || wal.read(0, b, 0, SIZE) < SIZE) {
      return Optional.empty();
    }
    long magic = BigEndian.u32(b, 0);
    long pageSize = BigEndian.u32(b, 8);
    if ((magic & ~1L) != MAGIC || !isPageSize(pageSize)) {
      return Optional.empty();
    }
    return Optional.of(
        of(b, (magic & 1) == 1, BigEndian.u32(b, 4), (int) pageSize, BigEndian.u64(b, 16)));
  }

  /**
   * The header of a log whose own is broken, where its frames prove it: the first frame's salts,
   * and the page size and byte order with which its checksum follows from the header's or the
   * second frame's checksum from its own. The first frame must be there: one that stands further
   * behind may be a leftover of an older generation.
   */
  static Optional<WalHeader> provenByFrames(ByteSource wal) throws IOException {
    byte[] b = new byte[SIZE + FRAME_HEADER];
    if (wal.size() < b.length || wal.read(0, b, 0, b.length) < b.length) {
      return Optional.empty();
    }
    long salts = BigEndian.u64(b, SIZE + 8);
    for (int pageSize = 512; pageSize <= 65536; pageSize *= 2) {
      for (boolean bigEndian : new boolean[] {true, false}) {
        WalHeader candidate = of(b, bigEndian, KNOWN_VERSION, pageSize, salts);
        if (candidate.isProvenByFrames(wal)) {
          return Optional.of(candidate);
        }
      }
    }
    return Optional.empty();
  }

  private static WalHeader of(byte[] b, boolean bigEndian, long version, int pageSize, long salts) {
    long computed = checksum(0, b, 0, CHECKSUMMED, bigEndian);
    return new WalHeader(
        bigEndian, version, pageSize, salts, BigEndian.u64(b, CHECKSUMMED), computed);
  }

  private boolean isProvenByFrames(ByteSource wal) throws IOException {
    WalFrame frame = new WalFrame(this, wal);
    if (!frame.read(1)) {
      return false;
    }
    long first = frame.checksum();
    if (frame.follows(checksum) || frame.follows(computedChecksum)) {
      return true;
    }
    return frame.read(2) && frame.salts() == salts && frame.follows(first);
  }

  boolean isIntact() {
    return checksum == computedChecksum;
  }

  /** Header and page, in bytes. */
  int frameSize() {
    return FRAME_HEADER + pageSize;
  }

  /** Where a frame stands in the log, in bytes; the first is number 1. */
  long frameOffset(long frame) {
    return SIZE + (frame - 1) * frameSize();
  }

  private static boolean isPageSize(long size) {
    return size >= 512 && size <= 65536 && Long.bitCount(size) == 1;
  }

  /**
   * Continues a checksum (file format, section 4.2).
   *
   * @param sum both words of the checksum so far
   * @param length a multiple of 8
   */
  static long checksum(long sum, byte[] b, int from, int length, boolean bigEndian) {
    int first = (int) (sum >>> 32);
    int second = (int) sum;
    ByteBuffer words = ByteBuffer.wrap(b);
    words.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int at = from; at < from + length; at += 8) {
      first += words.getInt(at) + second;
      second += words.getInt(at + 4) + first;
    }
    return (long) first << 32 | second & 0xffffffffL;
  }
}
