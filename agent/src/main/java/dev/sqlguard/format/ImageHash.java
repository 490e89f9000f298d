package dev.sqlguard.format;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;

/**
 * What a database image says, as one hash: equal for two images that hold the same committed
 * content. Left out are the bytes that change without the content changing: the format versions
 * (18–19, the journal mode), the change counter (24–27), version-valid-for and the library version
 * (92–99), and what stands in free pages.
 */
public final class ImageHash {
  private ImageHash() {}

  /** SHA-256 in hexadecimal. An image that isn't a database is hashed byte by byte. */
  public static String of(ByteSource image) throws IOException {
    MessageDigest digest = sha256();
    byte[] head = new byte[DatabaseHeader.SIZE];
    boolean short_ = image.read(0, head, 0, head.length) < head.length;
    DatabaseHeader header = short_ ? null : DatabaseHeader.parse(head).orElse(null);
    BitSet free = header == null ? new BitSet() : Freelist.pages(image, header);
    int pageSize = header == null ? 4096 : header.pageSize();
    int pagesPerRead = Math.max(1, (1 << 18) / pageSize);
    byte[] buffer = new byte[pagesPerRead * pageSize];
    long page = 1;
    for (long at = 0; at < image.size(); page += pagesPerRead) {
      int n = image.read(at, buffer, 0, buffer.length);
      if (n <= 0) {
        break;
      }
      if (at == 0 && header != null) {
        maskVolatileFields(buffer);
      }
      hashUsedPages(digest, buffer, n, pageSize, page, free);
      at += n;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void hashUsedPages(
      MessageDigest digest, byte[] buffer, int length, int pageSize, long firstPage, BitSet free) {
    int from = 0;
    for (int at = 0; at < length; at += pageSize) {
      long page = firstPage + at / pageSize;
      if (page <= Integer.MAX_VALUE && free.get((int) page)) {
        digest.update(buffer, from, at - from);
        from = Math.min(length, at + pageSize);
      }
    }
    digest.update(buffer, from, length - from);
  }

  private static void maskVolatileFields(byte[] header) {
    Arrays.fill(header, 18, 20, (byte) 0);
    Arrays.fill(header, 24, 28, (byte) 0);
    Arrays.fill(header, 92, 100, (byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
