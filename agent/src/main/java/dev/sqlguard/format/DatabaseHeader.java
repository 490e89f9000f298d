package dev.sqlguard.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The fields of the first 100 bytes that the guard looks at (file format, section 1.3).
 *
 * @param pageSize in bytes, a power of two from 512 to 65536
 * @param writeVersion byte 18: 1 rollback journal, 2 WAL, more is unknown to this version
 * @param readVersion byte 19, like {@code writeVersion}
 * @param pageCount the in-header size in pages; meaningless where {@code changeCounter} differs
 *     from {@code versionValidFor}
 */
public record DatabaseHeader(
    int pageSize,
    int writeVersion,
    int readVersion,
    long changeCounter,
    long pageCount,
    long firstFreelistTrunk,
    long freelistPages,
    long versionValidFor) {

  /** In bytes. */
  public static final int SIZE = 100;

  /** Where the file format's write and read versions stand. */
  public static final int VERSIONS_AT = 18;

  /** The value of both version bytes in a database with a rollback journal. */
  public static final int ROLLBACK = 1;

  /** The value of both version bytes in a database in WAL mode. */
  public static final int WAL = 2;

  private static final int NEWEST_SCHEMA_FORMAT = 4;
  private static final int UTF_8 = 1;
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  /** Empty where the image is too short, or its first bytes are not a database header. */
  public static Optional<DatabaseHeader> read(ByteSource image) throws IOException {
    byte[] b = new byte[SIZE];
    return image.read(0, b, 0, SIZE) < SIZE ? Optional.empty() : parse(b);
  }

  /** Empty where the first bytes are not a database header with a valid page size. */
  public static Optional<DatabaseHeader> parse(byte[] b) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (b[i] != MAGIC[i]) {
        return Optional.empty();
      }
    }
    int rawPageSize = BigEndian.u16(b, 16);
    int pageSize = rawPageSize == 1 ? 65536 : rawPageSize;
    if (pageSize < 512 || Integer.bitCount(pageSize) != 1) {
      return Optional.empty();
    }
    return Optional.of(
        new DatabaseHeader(
            pageSize,
            BigEndian.u8(b, VERSIONS_AT),
            BigEndian.u8(b, VERSIONS_AT + 1),
            BigEndian.u32(b, 24),
            BigEndian.u32(b, 28),
            BigEndian.u32(b, 32),
            BigEndian.u32(b, 36),
            BigEndian.u32(b, 92)));
  }

  /**
   * A header for an image that has lost its own, for reading what is left: rollback mode, UTF-8, no
   * reserved bytes, an empty freelist.
   */
  public static byte[] substitute(int pageSize, long pages) {
    ByteBuffer header = ByteBuffer.allocate(SIZE);
    header.put(MAGIC).putShort((short) (pageSize == 65536 ? 1 : pageSize));
    header.put(new byte[] {ROLLBACK, ROLLBACK, 0, 64, 32, 32});
    header.putInt(24, 1).putInt(28, (int) pages).putInt(92, 1);
    header.putInt(44, NEWEST_SCHEMA_FORMAT).putInt(56, UTF_8);
    return header.array();
  }

  /** Whether {@code pageCount} means anything: who wrote last knew of it. */
  public boolean hasPageCount() {
    return pageCount != 0 && changeCounter == versionValidFor;
  }

  /**
   * Whether this is the header of a file of {@code size} bytes. Versions before 3.7.0 don't say how
   * large it is.
   */
  public boolean describes(long size) {
    return hasPageCount() && pageCount * pageSize == size;
  }

  /** Whether the file says that its changes go through a write-ahead log. */
  public boolean isWal() {
    return writeVersion == WAL && readVersion == WAL;
  }
}
