package dev.sqlguard.format;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/**
 * What a database image says, as one hash: equal for two images that hold the same committed
 * content; see {@link PageSum} for what doesn't count. It tells accidents, such as rotten bits; it
 * is no protection against somebody who wants two images to look alike.
 */
public final class ImageHash {
  private static final int BUFFER = 1 << 18;
  private static final int BLOCK = 4096;

  private ImageHash() {}

  /** An image that isn't a database is hashed byte by byte. */
  public static String of(ByteSource image) throws IOException {
    Optional<DatabaseHeader> header = DatabaseHeader.read(image);
    BitSet unused = header.isEmpty() ? new BitSet() : unused(image, header.get());
    int pageSize = header.isEmpty() ? BLOCK : header.get().pageSize();
    byte[] buffer = new byte[Math.max(BUFFER, pageSize)];
    PageSum sum = new PageSum();
    long page = 1;
    for (long at = 0; at < image.size(); at += buffer.length) {
      int read = Math.max(0, image.read(at, buffer, 0, buffer.length));
      int pages = (read + pageSize - 1) / pageSize;
      Arrays.fill(buffer, read, pages * pageSize, (byte) 0);
      for (int i = 0; i < pages; i++, page++) {
        if (page > Integer.MAX_VALUE || !unused.get((int) page)) {
          // What is no database has no header to be left out of account.
          sum.add(header.isEmpty() ? -page : page, buffer, i * pageSize, pageSize);
        }
      }
    }
    return sum.text();
  }

  private static BitSet unused(ByteSource image, DatabaseHeader header) throws IOException {
    BitSet unused = Freelist.pages(image, header);
    long lockBytes = Geometry.lockBytePage(header.pageSize());
    if (lockBytes <= Integer.MAX_VALUE) {
      unused.set((int) lockBytes);
    }
    return unused;
  }
}
