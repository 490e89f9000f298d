package dev.sqlguard.format;

import java.util.Arrays;
import java.util.Optional;

/**
 * What the shared memory of a write-ahead log, the {@code -shm} file, says of it (walindex.html,
 * section 2.1). Whoever commits publishes it there after the frames are written, so what a process
 * that was killed has left never says more than the log has.
 *
 * @param frames up to the last commit
 * @param salts both, as the header of the log has them
 */
public record WalIndexHeader(int pageSize, long frames, long salts) {
  /** In bytes, with its second copy, which is there to tell a header that is half written. */
  public static final int SIZE = 96;

  private static final int COPY = 48;
  private static final int INITIALIZED_AT = 12;
  private static final int PAGE_SIZE_AT = 14;
  private static final int FRAMES_AT = 16;
  private static final int SALTS_AT = 32;
  private static final int CHECKSUM_AT = 40;

  /** Empty where nobody has finished writing it. Numbers are in the byte order of the machine. */
  public static Optional<WalIndexHeader> parse(byte[] b) {
    if (b.length < SIZE
        || b[INITIALIZED_AT] == 0
        || !Arrays.equals(b, 0, COPY, b, COPY, 2 * COPY)) {
      return Optional.empty();
    }
    boolean bigEndian = BigEndian.u32(b, 0) == WalHeader.KNOWN_VERSION;
    if (u32(b, 0, bigEndian) != WalHeader.KNOWN_VERSION) {
      return Optional.empty();
    }
    long checksum = u32(b, CHECKSUM_AT, bigEndian) << 32 | u32(b, CHECKSUM_AT + 4, bigEndian);
    if (checksum != WalHeader.checksum(0, b, 0, CHECKSUM_AT, bigEndian)) {
      return Optional.empty();
    }
    int raw = BigEndian.u16(b, PAGE_SIZE_AT);
    int stored = bigEndian ? raw : Short.reverseBytes((short) raw) & 0xffff;
    return Optional.of(
        new WalIndexHeader(
            stored == 1 ? 65536 : stored,
            u32(b, FRAMES_AT, bigEndian),
            BigEndian.u64(b, SALTS_AT)));
  }

  private static long u32(byte[] b, int at, boolean bigEndian) {
    long value = BigEndian.u32(b, at);
    return bigEndian ? value : Integer.reverseBytes((int) value) & 0xffffffffL;
  }
}
